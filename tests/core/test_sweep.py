"""Stored bytes go once nothing names them, and never before."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    InboundFile,
    InboundMessage,
    Ticket,
    Verdict,
    attachments,
    intake,
    reading,
    release,
    site,
    tickets,
    transact,
)
from hookdesk.db import migrate
from hookdesk.db.engine import Database
from hookdesk.jobs.registry import jobs
from hookdesk.models import FileUse, IntakeRecord
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client, Clock

pytestmark = pytest.mark.plugins("storage_fs")


def file(content: bytes) -> InboundFile:
    return InboundFile("a.bin", "application/octet-stream", content)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def is_there(content: bytes) -> bool:
    try:
        return b"".join(attachments.read(digest(content), "fs")) == content
    except FileNotFoundError:
        return False


def everywhere(clock: Clock) -> int:
    """Sweep until each hash has had its turn."""
    done = 0
    for _ in range(attachments.SHARES):
        clock.advance(minutes=10)
        done += jobs()["attachments"].job.run()
    return done


def age(clock: Clock, *contents: bytes) -> None:
    """Stored now, by the site's clock; all, unless some are named."""
    names = {digest(content)[2:] for content in contents}
    for path in (site().config.instance / "attachments").rglob("*"):
        if path.is_file() and (not names or path.name in names):
            os.utime(path, (clock.now.timestamp(), clock.now.timestamp()))


@pytest.fixture
def screened(hookdesk_app: Flask) -> None:
    """Messages that say so are turned away."""

    def screen(message: InboundMessage) -> Verdict | None:
        return Verdict.reject("spam") if "spam" in message.text else None

    hookdesk_app.extensions["hookdesk"].hooks.install("intake_screen", [Implementation("screen", screen, ("message",))])


def test_what_nothing_names_goes_and_all_else_stays(
    hookdesk_app: Flask,
    clock: Clock,
    make_ticket: Callable[..., Ticket],
    make_agent: Callable[..., Actor],
    screened: None,
) -> None:
    kept = make_ticket(files=[file(b"kept"), file(b"shared")])
    gone = make_ticket(files=[file(b"gone"), file(b"shared")], text="long " * 100_000)
    with hookdesk_app.app_context():
        turned_away = InboundMessage("portal", "eve@example.org", text="spam", files=(file(b"evidence"),))
        assert intake.submit(turned_away, ANONYMOUS).ticket_id is None
        attachments.put(b"nobody came back for it")
        attachments.put(b"a plugin's own")
        transact(lambda session: attachments.claim(session, "gallery:1", [digest(b"a plugin's own")]))
        [large] = reading().scalars(sa.select(IntakeRecord.raw_sha256).where(IntakeRecord.raw_sha256 != ""))
        age(clock)
        tickets.remove(make_agent(is_admin=True), gone.id)
        clock.advance(days=1)
        attachments.put(b"still being stored")
        age(clock, b"still being stored")
        clock.advance(hours=25)
        everywhere_at_once = everywhere(clock)
        assert everywhere_at_once >= 3
        assert is_there(b"kept")
        assert is_there(b"shared")
        assert is_there(b"evidence")
        assert is_there(b"a plugin's own")
        assert not is_there(b"gone")
        assert not is_there(b"nobody came back for it")
        with pytest.raises(FileNotFoundError):
            attachments.read(large, "fs")
        [record] = reading().scalars(sa.select(IntakeRecord.id).where(IntakeRecord.outcome == "rejected"))
        site().hooks.install("intake_screen", [])
        assert intake.replay(record).ticket_id is not None
        release()
        assert reading().scalar(sa.select(sa.func.count()).where(IntakeRecord.ticket_id == kept.id)) == 1


def test_what_is_young_stays_though_nothing_names_it_yet(
    hookdesk_app: Flask, clock: Clock, make_ticket: Callable[..., Ticket]
) -> None:
    make_ticket()
    with hookdesk_app.app_context():
        attachments.put(b"about to be named")
        age(clock)
        assert everywhere(clock) == 0
        assert is_there(b"about to be named")


def test_what_is_older_than_the_ledger_may_be_anothers(
    hookdesk_app: Flask, clock: Clock, make_ticket: Callable[..., Ticket]
) -> None:
    """A new database over the files of an old one deletes none of them."""
    with hookdesk_app.app_context():
        attachments.put(b"of the old database")
        age(clock)
    clock.advance(days=1)
    make_ticket()
    clock.advance(days=5)
    with hookdesk_app.app_context():
        assert everywhere(clock) == 0
        assert is_there(b"of the old database")


def test_what_came_in_for_a_ticket_goes_with_it(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    """The ledger keeps its line and nothing of the words."""
    ticket = make_ticket(text="a secret", files=[file(b"a secret file")])
    with hookdesk_app.app_context():
        tickets.remove(make_agent(is_admin=True), ticket.id)
        record = intake.load(1)
        assert (record.outcome, record.ticket_id, record.raw, record.raw_size > 0) == ("ticket", None, None, True)
        assert reading().all(sa.select(FileUse.owner)) == []
        assert intake.ledger()["ticket"] == 1


def test_a_file_whose_bytes_are_lost_is_not_there(
    hookdesk_client: Client, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor], tmp_path: Path
) -> None:
    """A disk lost them: that is told in words, and logged."""
    make_ticket(files=[file(b"lost")])
    hookdesk_client.sign_in(make_agent())
    assert hookdesk_client.get("/agent/attachments/1/a.bin").data == b"lost"
    [lost] = tmp_path.rglob(digest(b"lost")[2:])
    lost.unlink()
    assert hookdesk_client.get("/agent/attachments/1/a.bin").status_code == 404


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_the_migration_notes_what_older_records_need(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}" if kind == "sqlite" else request.getfixturevalue("fresh_postgres_url")
    migrate.upgrade(url, target="0002")
    db = Database(url)
    columns = (
        "channel", "outcome", "reason", "raw", "raw_sha256", "raw_size", "storage", "meta", "sender", "subject", "attempts", "due_at",
        "received_at",
    )  # fmt: skip
    table = sa.table("intake_record", *map(sa.column, columns))
    form = json.dumps({"files": [{"sha256": "a" * 64}], "text": "x"}).encode()
    when = sa.text("'2026-06-01 12:00:00'")
    for outcome, raw, large in (
        ("quarantined", form, ""),
        ("ticket", form, ""),
        ("rejected", b"{ no JSON", ""),
        ("ticket", None, "b" * 64),
    ):
        row = {
            "channel": "x", "outcome": outcome, "reason": "", "raw": raw, "raw_sha256": large, "raw_size": 1, "storage": "",
            "meta": sa.text("'{}'"), "sender": "", "subject": "", "attempts": 0, "due_at": when, "received_at": when,
        }  # fmt: skip
        with db.write() as session:
            session.execute(sa.insert(table).values(**row))
    migrate.upgrade(url)
    with db.read() as read:
        noted = {tuple(row) for row in read.all(sa.select(FileUse.owner, FileUse.sha256))}
    db.dispose()
    assert noted == {("core:intake:1", "a" * 64), ("core:intake:4", "b" * 64)}
