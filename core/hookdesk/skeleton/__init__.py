"""`hookdesk plugins new NAME`: a whole plugin to begin from, as a third party publishes it. The files stand in `files/`."""

from __future__ import annotations

import re
from importlib.resources import as_file, files
from pathlib import Path

import hookdesk
from hookdesk.lifecycle.discovery import LONGEST_SLUG, SLUG, discover


def write_skeleton(name: str, into: Path) -> Path:
    """Write a plugin called `name` ("Spam words") into a new folder below `into`; the folder.

    Raises:
        ValueError: the name makes no slug, or the slug is taken.
        FileExistsError: the folder is there already.
    """
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise ValueError(
            f"{name!r} makes no slug: it must begin with a letter and have at most {LONGEST_SLUG} letters, digits and spaces."
        )
    if slug in discover():
        raise ValueError(f"There is an installed plugin with the slug {slug} already.")
    words = slug.split("_")
    major, minor, *_ = hookdesk.__version__.split(".")
    values = {
        "SLUG": slug,
        "DASHED": "-".join(words),
        "CLASS": "".join(word.capitalize() for word in words),
        "TITLE": " ".join(words).capitalize(),
        "CORE": f">={major}.{minor},<{major}.{int(minor) + 1}",
    }
    folder = into / f"hookdesk-{values['DASHED']}"
    if folder.exists():
        raise FileExistsError(f"{folder} exists already; choose another name or folder.")
    folder.mkdir(parents=True)
    with as_file(files(__package__) / "files") as templates:
        for template in sorted(templates.rglob("*.tmpl")):
            target = folder / _filled(str(template.relative_to(templates).with_suffix("")), values)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_filled(template.read_text(encoding="utf-8"), values), encoding="utf-8")
    return folder


def _filled(text: str, values: dict[str, str]) -> str:
    """The text with each `@NAME@` replaced (in paths, where it would look odd, `SLUG` alone)."""
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text.replace("hookdesk_SLUG", f"hookdesk_{values['SLUG']}").replace("test_SLUG", f"test_{values['SLUG']}")
