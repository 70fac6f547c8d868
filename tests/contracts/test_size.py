"""Core stays small: the limits of the design, as docs/decisions/0002 counts them. And docs/tour.md stays true."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core" / "hookdesk"
MOST_PLUGIN_SYSTEM = 490
MOST_CODE = 9900
NOT_COUNTED = {"migrations", "testing", "types", "models", "cli", "server", "skeleton", "backup", "api.py"}
NOT_READ = {"migrations", "api.py"}
"""Nobody reads them from top to bottom: what ran once, and a list of names."""
LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.ENCODING,
}


def code_lines(file: Path) -> int:
    """Lines that hold code: no blank lines, comments or docstrings."""
    source = file.read_text(encoding="utf-8")
    strings: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            strings.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines: set[int] = set()
    for token in tokenize.tokenize(io.BytesIO(source.encode()).readline):
        if token.type not in LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - strings)


def lines(*folders: str) -> int:
    """All lines of some folders of core."""
    files = [file for folder in folders for file in (CORE / folder).rglob("*.py")]
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def test_the_plugin_system_is_small() -> None:
    assert lines("plugins") < MOST_PLUGIN_SYSTEM


def test_core_is_small() -> None:
    counted = [file for file in CORE.rglob("*.py") if not NOT_COUNTED & set(file.relative_to(CORE).parts)]
    assert sum(map(code_lines, counted)) <= MOST_CODE


@pytest.mark.parametrize("root", ["core", "plugins/builtin", "themes", "tools"])
def test_no_module_is_too_long_to_hold_in_mind(root: str) -> None:
    long = {
        str(file.relative_to(ROOT)): count
        for file in (ROOT / root).rglob("*.py")
        if not NOT_READ & {*file.parts} and (count := len(file.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def functions(file: Path) -> dict[str, int]:
    """The functions of a file and their lengths in lines."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {
        f"{file.relative_to(ROOT)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1 for node in found
    }


def test_no_function_is_too_long() -> None:
    files = [
        file
        for root in ("core", "plugins/builtin")
        for file in (ROOT / root).rglob("*.py")
        if "migrations" not in file.parts
    ]
    assert {name: length for file in files for name, length in functions(file).items() if length > 50} == {}


def test_the_tour_names_at_most_eight_files_that_exist() -> None:
    text = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:core|plugins|themes)/[\w/.]+\.\w+)`", text))
    assert 0 < len(named) <= 8
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
