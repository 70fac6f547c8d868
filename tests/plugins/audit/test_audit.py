"""What was set up differently is kept once, in order, and cannot be changed unseen."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from hookdesk.api import Actor, CoreSettings, Event, directory, reading, site, system, transact
from hookdesk.testing import Client
from hookdesk_audit import services
from hookdesk_audit.models import Entry
from hookdesk_audit.views import KINDS
from hookdesk_email_out.accounts import store

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.plugins("audit", "admin", "email_out")


def event(number: int, name: str = "Support") -> Event:
    """A change as the outbox hands it over."""
    data = {
        "actor": "Rosa",
        "agent_id": 1,
        "act": "changed",
        "kind": "role",
        "name": name,
        "changes": {"notes": ["", "x"]},
    }
    return Event("configuration_changed", f"key-{number}", datetime(2026, 6, 1, tzinfo=UTC), data)


@pytest.fixture
def admin_client(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser in which an administrator is signed in."""
    hookdesk_client.sign_in(make_agent("root", "Rosa Admin", is_admin=True))
    return hookdesk_client


def test_changes_of_people_and_settings_are_kept_from_what_to_what(
    hookdesk_app: Flask, run_jobs: Callable[..., int], make_agent: Callable[..., Actor]
) -> None:
    rosa = make_agent("root", "Rosa Admin", is_admin=True)
    with hookdesk_app.app_context():
        role = directory.save_role(rosa, None, directory.RoleData("Night", ("ticket.reply",)))
        directory.save_role(rosa, role, directory.RoleData("Night", ("ticket.reply", "ticket.close")))
        site().settings.save("core", CoreSettings, {"site_name": "Desk"}, rosa)
        site().settings.save(
            "core", CoreSettings, {"site_name": "Desk", "allowed_file_types": (), "max_files": 3}, rosa
        )
    run_jobs("outbox")
    with hookdesk_app.app_context():
        rows = reading().scalars(select(Entry).order_by(Entry.id)).all()
        told = [(row.actor, row.act, row.kind, row.name) for row in rows]
        assert told == [
            ("Rosa Admin", "created", "role", "Night"),
            ("Rosa Admin", "changed", "role", "Night"),
            ("Rosa Admin", "changed", "settings", "core"),
            ("Rosa Admin", "changed", "settings", "core"),
        ]
        assert rows[1].changes == {"permissions": [["ticket.reply"], ["ticket.close", "ticket.reply"]]}
        assert rows[2].changes == {"site_name": ["Hookdesk", "Desk"]}
        assert rows[3].changes == {"max_files": [10, 3]}


def test_a_secret_is_not_kept(hookdesk_app: Flask, run_jobs: Callable[..., int]) -> None:
    with hookdesk_app.app_context():
        store.save(system(), store.Values(name="Mail", address="help@desk.example", password="hunter2hunter2"))
    run_jobs("outbox")
    with hookdesk_app.app_context():
        row = reading().scalars(select(Entry)).one()
        assert "password" in row.changes
        assert "hunter2" not in str(row.changes)


def test_an_event_that_comes_again_is_kept_once(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        services.keep(event(1))
        services.keep(event(1))
        assert len(reading().scalars(select(Entry.id)).all()) == 1


def test_many_at_once_make_one_line(hookdesk_app: Flask) -> None:
    def keep(number: int) -> None:
        with hookdesk_app.app_context():
            services.keep(event(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(keep, range(12)))
    with hookdesk_app.app_context():
        assert len(reading().scalars(select(Entry.id)).all()) == 12
        assert services.broken_at() is None


@pytest.mark.parametrize(
    ("tamper", "broken"),
    [
        (update(Entry).where(Entry.id == 2).values(actor="Somebody else"), 2),
        (update(Entry).where(Entry.id == 2).values(changes={}), 2),
        (delete(Entry).where(Entry.id == 2), 3),
        (delete(Entry).where(Entry.id == 1), 2),
    ],
)
def test_a_row_that_was_changed_or_taken_away_is_noticed(admin_client: Client, tamper: object, broken: int) -> None:
    with admin_client.application.app_context():
        for number in range(1, 4):
            services.keep(event(number))
        transact(lambda session: session.execute(tamper))  # type: ignore[call-overload]  # a statement
        assert services.broken_at() == broken
    assert f"Row {broken} does not follow" in admin_client.submit("/admin/audit", to="/admin/audit/check").text


def test_the_page_is_filtered_and_goes_on(admin_client: Client) -> None:
    with admin_client.application.app_context():
        for number in range(60):
            services.keep(event(number, f"Role {number}"))
    first = admin_client.get("/admin/audit").text
    assert "Role 59" in first
    assert "Role 9<" not in first
    assert "Role 9<" in admin_client.get("/admin/audit?before=11").text
    assert "Role 59" not in admin_client.get("/admin/audit?kind=settings").text
    assert "Role 59" in admin_client.get("/admin/audit?kind=role&agent=1").text
    assert "Role 59" not in admin_client.get("/admin/audit?agent=2").text
    assert admin_client.get("/admin/audit?kind=%3Cscript%3E&agent=x&before=-1").status_code in (200, 400)
    assert "whole" in first
    assert "Every row follows" in admin_client.submit("/admin/audit", to="/admin/audit/check").text


def test_every_kind_that_the_box_keeps_can_be_asked_for() -> None:
    told = re.compile(r'log\.changed\(\s*\w+,\s*[\w.()]+,\s*"([\w ]+)"')
    sources = [file.read_text(encoding="utf-8") for root in ("core", "plugins") for file in (ROOT / root).rglob("*.py")]
    kinds = {kind for source in sources for kind in told.findall(source)}
    assert {"topic", "policy", "settings"} <= kinds
    assert kinds <= set(KINDS)


@pytest.mark.plugins("audit", "admin", "people")
@pytest.mark.parametrize("kind", ["user", "agent"])
def test_files_of_people_are_kept_as_changes_of_people(
    hookdesk_app: Flask, run_jobs: Callable[..., int], make_agent: Callable[..., Actor], kind: str
) -> None:
    from hookdesk_people import imports

    rosa = make_agent("root", "Rosa Admin", is_admin=True)
    with hookdesk_app.app_context():
        made = imports.take(rosa, f"{kind}s", "new.csv", b"email,login\nnew@example.org,new\n")
        assert imports.start(rosa, made)
    run_jobs("outbox")
    with hookdesk_app.app_context():
        row = reading().scalars(select(Entry).where(Entry.act == "imported")).one()
        assert (row.kind, row.name) == (kind, "new.csv")


def test_the_export_holds_everything_and_no_formula(admin_client: Client) -> None:
    with admin_client.application.app_context():
        services.keep(event(1, "=HYPERLINK(0)"))
    answer = admin_client.get("/admin/audit/export.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows[0]["name"] == "'=HYPERLINK(0)"
    assert rows[0]["changes"] == '{"notes": ["", "x"]}'


def test_nobody_else_reads_it(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> None:
    hookdesk_client.sign_in(make_agent())
    assert [hookdesk_client.get(path).status_code for path in ("/admin/audit", "/admin/audit/export.csv")] == [403, 403]
