"""The threat model names tests that there are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "security.md"
ROW = re.compile(r"^\| [STRIDE] \| (?P<threat>[^|]+) \| (?P<answer>[^|]+) \| (?P<held>[^|]*) ?\|$", re.MULTILINE)
NODE = re.compile(r"`([a-z_/]+\.py)::(test_\w+)`")


def test_each_test_that_the_threat_model_names_exists() -> None:
    """By file and function, so that renaming one is noticed."""
    missing = [f"{file}::{name}" for file, name in NODE.findall(PAGE.read_text()) if name not in _tests(TESTS / file)]
    assert missing == []


def test_each_threat_names_a_test_or_says_that_there_is_none() -> None:
    """A line of a table that names none says so in its answer."""
    rows = list(ROW.finditer(PAGE.read_text()))
    assert len(rows) == len(re.findall(r"^\| [STRIDE] \|", PAGE.read_text(), re.MULTILINE)) > 50
    silent = [row["threat"] for row in rows if not NODE.search(row["held"]) and "no test" not in row["answer"]]
    assert silent == []


def _tests(file: Path) -> set[str]:
    """The test functions of a file."""
    if not file.exists():
        return set()
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}
