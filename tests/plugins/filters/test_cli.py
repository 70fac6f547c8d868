"""Filters as files on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from tests.plugins.filters.conftest import condition, does, rule

from hookdesk.api import Department, Ticket, reading
from hookdesk_filters import cache, cli, files, services

pytestmark = pytest.mark.plugins("filters")
FIRE = condition("subject", "contains", "fire")


@pytest.fixture
def run(hookdesk_app: Flask) -> Callable[..., Result]:
    """`run("lint", file)`: a command's result."""
    commands = {command.name: command for command in cli.COMMANDS}

    def call(name: str, *words: Any) -> Result:
        with hookdesk_app.app_context():
            return CliRunner().invoke(commands[name], [str(word) for word in words])

    return call


def write(folder: Path, *rules: dict[str, Any]) -> Path:
    file = folder / "filters.json"
    file.write_text(json.dumps({"format": "hookdesk-filters", "version": 1, "filters": list(rules)}))
    return file


def entry(name: str = "Fires", **given: Any) -> dict[str, Any]:
    conditions = {"mode": "all", "parts": [FIRE]}
    return {"name": name, "conditions": conditions, "actions": [{"do": "priority", "with": {"to": "High"}}], **given}


def names(app: Flask) -> list[str]:
    with app.app_context():
        return [values.name for _id, _version, values in cache.stored(None)]


def test_an_export_can_be_imported_where_ids_differ(
    hookdesk_app: Flask, run: Callable[..., Result], make_filter: Callable[..., int], tmp_path: Path
) -> None:
    make_filter(
        rule("Fires", condition("department", "is", 1), do=does("department", to=1), channels=("email",), notes="Why")
    )
    exported = run("export").output
    data = json.loads(exported)
    with hookdesk_app.app_context():
        name = reading().scalar(select(Department.name).where(Department.id == 1))
    assert data["filters"][0]["actions"] == [{"do": "department", "with": {"to": name}}]
    assert data["filters"][0]["conditions"]["parts"][0]["value"] == name
    file = tmp_path / "again.json"
    file.write_text(exported)
    assert run("import", file).output == "0 added, 0 changed, 1 as they were\n"


def test_a_file_is_imported_as_a_whole_or_not_at_all(
    hookdesk_app: Flask, run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = entry(), entry("Place", actions=[{"do": "department", "with": {"to": "Atlantis"}}])
    refused = run("import", write(tmp_path, good, bad))
    assert refused.exit_code == 1
    assert "Place: Set department: choose a value that is there." in refused.output
    assert names(hookdesk_app) == []
    with monkeypatch.context() as fewer:
        fewer.setattr(services, "MOST_RULES", 1)
        assert "that is the limit" in run("import", write(tmp_path, good, entry("Off"))).output
    assert names(hookdesk_app) == []
    assert run("import", write(tmp_path, good, entry("Off", active=False))).output.startswith("2 added")
    with hookdesk_app.app_context():
        assert [values.name for _id, _version, values in cache.stored()] == ["Fires"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "This is no JSON"),
        ("[" * 100_000, "This is no JSON"),
        ('{"format": "other"}', "This is no file of filters"),
        ('{"format": "hookdesk-filters", "version": 1, "filters": {}}', "has no list of filters"),
        ('{"format": "hookdesk-filters", "version": 1, "filters": [{}]}', "Filter 1 of the file has no name"),
        (
            '{"format": "hookdesk-filters", "version": 1, "filters": [{"name": "A", "actions": 7}]}',
            "A: this cannot be read",
        ),
    ],
)
def test_garbage_is_refused_in_words(run: Callable[..., Result], tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "garbage.json"
    file.write_text(content)
    result = run("import", file)
    assert result.exit_code == 1
    assert words in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_lint_says_what_is_wrong_by_its_status(run: Callable[..., Result], tmp_path: Path) -> None:
    clean = run("lint", write(tmp_path, entry()))
    assert (clean.exit_code, clean.output) == (0, "1 filters looked over\n")
    file = write(tmp_path, entry("Wide", stops=True), entry("Narrow"))
    found = run("lint", file, "--json")
    assert found.exit_code == 1
    assert [(one["filter"], one["kind"]) for one in json.loads(found.output)] == [("Narrow", "shadowed")]


def test_a_dry_run_of_a_file_stores_no_filter(
    hookdesk_app: Flask, run: Callable[..., Result], make_ticket: Callable[..., Ticket], tmp_path: Path
) -> None:
    ticket = make_ticket(subject="Fire!")
    make_ticket(subject="Flood")
    told = run("dry-run", write(tmp_path, entry()), "--days", "7")
    assert "Fires: 1 of 2 match; 1 would be handled differently" in told.output
    [found] = json.loads(run("dry-run", write(tmp_path, entry()), "--json").output)
    assert (found["matched"], found["tickets"][0]["number"]) == (1, ticket.number)
    assert names(hookdesk_app) == []


def test_a_file_is_the_same_in_every_language(
    hookdesk_app: Flask, run: Callable[..., Result], make_filter: Callable[..., int], tmp_path: Path
) -> None:
    """Names of a new site's priorities are shown in the reader's language; files have them in one."""
    run("import", write(tmp_path, entry()))
    with hookdesk_app.test_request_context(headers={"Accept-Language": "de"}):
        assert '"to": "High"' in files.exported()
        [loaded] = files.read(files.exported())
    with hookdesk_app.app_context():
        assert [loaded.values] == [values for _id, _version, values in cache.stored()]
