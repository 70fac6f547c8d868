"""Every pair of colours that is used can be read, and no colour stands outside the tokens.

WCAG 2.2: 1.4.3 (text, 4.5:1) and 1.4.11 (shapes, 3:1); in the contrast theme 1.4.6 (text, 7:1), and 4.5:1 for shapes.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEFAULT = ROOT / "themes/hookdesk_theme_default/static/tokens.css"
CONTRAST = ROOT / "themes/hookdesk_theme_contrast/static/contrast/tokens.css"
SCHEMES = ("light", "dark")

GROUNDS = ("canvas", "surface", "surface-raised", "surface-sunken", "surface-hover", "surface-selected")
TINTS = ("note-tint", "note-tint-strong", "accent-tint", "danger-tint", "warning-tint", "info-tint", "success-tint")
MEANINGS = ("success", "warning", "danger", "info")
STATUSES = ("status-open", "status-pending", "status-solved", "status-closed")
PRIORITIES = ("priority-emergency", "priority-high", "priority-normal", "priority-low")
LIST_GROUNDS = ("surface", "surface-raised", "surface-hover", "surface-selected")

Pair = tuple[str, str]
TEXT: list[Pair] = [
    *[(text, ground) for text in ("text", "text-muted") for ground in (*GROUNDS, *TINTS)],
    *[("text-subtle", ground) for ground in ("canvas", *LIST_GROUNDS, "note-tint", "accent-tint")],
    *[("accent", ground) for ground in (*GROUNDS, "accent-tint", "note-tint", "danger-tint", "warning-tint")],
    *[(meaning, ground) for meaning in MEANINGS for ground in (f"{meaning}-tint", "canvas", *LIST_GROUNDS)],
    *[(mark, ground) for mark in (*STATUSES, *PRIORITIES) for ground in ("canvas", *LIST_GROUNDS)],
    ("status-closed", "status-closed-tint"),
    *[("note", ground) for ground in ("note-tint", "note-tint-strong", "surface")],
    *[("on-accent", fill) for fill in ("accent-fill", "accent-fill-hover")],
    *[("rail-text", "rail"), ("rail-text-active", "rail"), ("rail-text-active", "rail-active")],
    *[(f"avatar-{tint}-text", f"avatar-{tint}") for tint in range(1, 7)],
]
SHAPES: list[Pair] = [
    *[("border-control", ground) for ground in ("canvas", "surface", "surface-raised")],
    *[("focus", ground) for ground in GROUNDS],
    ("accent-fill", "surface"),
]


def colours(*files: Path) -> dict[str, Pair]:
    """Token → its light and its dark colour; later files override."""
    found: dict[str, Pair] = {}
    for file in files:
        css = file.read_text(encoding="utf-8")
        found |= {name: (value, value) for name, value in re.findall(r"--([\w-]+): (#\w{6});", css)}
        found |= {name: (a, b) for name, a, b in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", css)}
    return found


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def ratio(one: str, other: str) -> float:
    """Contrast, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def too_low(tokens: dict[str, Pair], pairs: list[Pair], least: float) -> list[str]:
    """The pairs below `least`, in words."""
    return [
        f"{scheme}: {fore} on {back} is {value:.2f}, needs {least}"
        for fore, back in pairs
        for index, scheme in enumerate(SCHEMES)
        if (value := ratio(tokens[fore][index], tokens[back][index])) < least
    ]


def test_the_measure_itself() -> None:
    """Black on white is 21; the grey that just passes AA on white is #767676."""
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#767676", "#ffffff") >= 4.5 > ratio("#777777", "#ffffff")


@pytest.mark.parametrize(
    ("files", "text", "shapes"), [((DEFAULT,), 4.5, 3.0), ((DEFAULT, CONTRAST), 7.0, 4.5)], ids=["default", "contrast"]
)
def test_every_used_pair_can_be_read(files: tuple[Path, ...], text: float, shapes: float) -> None:
    """Text and shapes of both schemes."""
    tokens = colours(*files)
    assert too_low(tokens, TEXT, text) + too_low(tokens, SHAPES, shapes) == []


def files(*patterns: str) -> list[Path]:
    """Our own files below core, plugins and themes."""
    found = [
        path for pattern in patterns for top in ("core", "plugins", "themes") for path in (ROOT / top).rglob(pattern)
    ]
    return [path for path in found if "vendor" not in path.parts and "node_modules" not in path.parts]


def hits(paths: list[Path], pattern: str) -> list[str]:
    """Where a pattern stands, as file:line."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_no_colour_stands_outside_the_tokens() -> None:
    """A theme repaints everything by its tokens alone."""
    sheets = [path for path in files("*.css") if path.name != "tokens.css"]
    assert sheets
    assert hits(sheets, r":[^;{]*(#[0-9a-fA-F]{3,8}\b|\b(rgb|hsl|oklch)a?\()") == []


def test_templates_hold_no_style_and_no_handler() -> None:
    """The content security policy has no 'unsafe-inline': such attributes would do nothing. Mails are not pages."""
    pages = [path for path in files("*.html") if "templates" in path.parts and "mail" not in path.parts]
    assert pages
    assert hits(pages, r"\sstyle=|<style|<[^>{}]*\son[a-z]{3,}\s*=|javascript:") == []


def test_every_token_that_is_used_is_defined() -> None:
    """A misspelt custom property fails silently in a browser."""
    sheets = {path: path.read_text(encoding="utf-8") for path in files("*.css")}
    defined = {name for css in sheets.values() for name in re.findall(r"(--[\w-]+):", css)}
    used = {(name, path.name) for path, css in sheets.items() for name in re.findall(r"var\((--[\w-]+)", css)}
    assert {pair for pair in used if pair[0] not in defined} == set()


def test_every_icon_that_is_used_is_in_the_sprite() -> None:
    """An icon that is not there is an empty box."""
    sprite = set(re.findall(r'id="i-([\w-]+)"', (DEFAULT.parent / "icons.svg").read_text(encoding="utf-8")))
    pages = [path for path in files("*.html") if "templates" in path.parts]
    used = {name for path in pages for name in re.findall(r'\bicon\("([\w-]+)"[,)]', path.read_text(encoding="utf-8"))}
    assert used - sprite == set()
