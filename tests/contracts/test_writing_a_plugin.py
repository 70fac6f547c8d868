"""The guide for authors says what is true: its code runs, its hooks and names exist."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from hookdesk.api import Plugin
from hookdesk.cli.root import root
from hookdesk.hookspecs.spec import PROJECT
from hookdesk.models import metadata
from hookdesk.testing import fixtures
from tests.contracts.specs import every_spec

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/writing-a-plugin.md", "README.md")
HOOKS = {info.name: info for _, info in every_spec()}


GUIDE = (ROOT / PAGES[0]).read_text(encoding="utf-8")
each_block = pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Runs a block as a module; its tables are forgotten again."""
    before = set(metadata.tables)
    module = ModuleType("hookdesk_guide")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def execute(block: str) -> dict[str, Any]:
        exec(compile(block, "the guide", "exec"), vars(module))  # noqa: S102  # our own page
        return vars(module)

    yield execute
    for name in set(metadata.tables) - before:
        metadata.remove(metadata.tables[name])


@each_block
def test_the_code_runs_and_implements_hooks_that_exist(block: str, run: Callable[[str], dict[str, Any]]) -> None:
    plugins = [
        value
        for value in run(block).values()
        if inspect.isclass(value) and issubclass(value, Plugin) and value is not Plugin
    ]
    for plugin in plugins:
        assert plugin.title()
        for name, function in vars(plugin).items():
            if hasattr(function, f"{PROJECT}_impl"):
                assert name in HOOKS
                assert set(inspect.signature(function).parameters) - {"self"} <= set(HOOKS[name].arguments)


def test_the_commands_exist() -> None:
    text = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES if (ROOT / page).exists())
    named = set(re.findall(r"hookdesk ((?:plugins|db) [a-z]+|dev|serve|init|seed|doctor|backup|restore)\b", text))
    for words in sorted(named):
        answer = CliRunner().invoke(root, [*words.split(), "--help"])
        assert answer.exit_code == 0, f"hookdesk {words}: {answer.output}"


def test_it_lists_the_fixtures_that_there_are() -> None:
    table = GUIDE.partition("| fixture | gives |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert listed == {"hookdesk_app", "hookdesk_client", "make_agent", "make_ticket", "run_jobs", "clock"}
    assert all(hasattr(fixtures, name) for name in listed)
