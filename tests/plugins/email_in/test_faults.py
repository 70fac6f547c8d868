"""What breaks under a drain costs time and no mail: each is in the spool, pending or settled, once, and the ledger balances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from hookdesk.api import IntakeRecord, intake, release, site
from hookdesk.db import sqlite
from hookdesk.plugins.caller import Implementation
from hookdesk.testing.instances import Clock
from hookdesk_email_in import services
from hookdesk_email_in.pipe import WHOLE

pytestmark = pytest.mark.plugins("email_in", "storage_fs")
NUMBER = 5
FILE = b'--x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="a.csv"\r\n\r\n1,2\r\n--x--\r\n'


def mail(number: int) -> bytes:
    """A mail with an attachment."""
    return (
        f"From: Grace <grace{number}@example.org>\r\nSubject: Question {number}\r\nMessage-ID: <{number}@example.org>\r\n"
        f"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nWhat about {number}?\r\n"
    ).encode() + FILE


@pytest.fixture
def spooled(hookdesk_app: Flask) -> Iterator[Path]:
    """The spool with five mails, inside the application."""
    with hookdesk_app.app_context():
        folder = site().config.instance / "spool" / "new"
        folder.mkdir(parents=True)
        for number in range(NUMBER):
            (folder / f"{number:020d}-1-{number}{WHOLE}").write_bytes(mail(number))
        yield folder


def ledger(**ended: int) -> dict[str, int]:
    """The ledger with these outcomes."""
    release()
    return dict.fromkeys(("pending", "ticket", "reply", "rejected", "quarantined"), 0) | {
        "received": sum(ended.values()), **ended,
    }  # fmt: skip


@contextmanager
def locked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody else writes all the while, for longer than anybody waits."""
    with monkeypatch.context() as patched, site().db.write_engine.connect() as other:
        other.begin()
        patched.setattr(sqlite, "BUSY_TIMEOUT_MS", 0)
        yield


def test_while_the_database_is_locked_mail_waits_in_the_spool(spooled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with locked(monkeypatch), pytest.raises(OperationalError):
        services.drain()
    assert len(list(spooled.iterdir())) == NUMBER
    assert services.drain() == NUMBER
    assert intake.ledger() == ledger(ticket=NUMBER)


def test_mail_that_is_stored_already_when_it_locks_is_settled_later(
    spooled: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    process, broken = intake.process_all, []

    def lock_first(records: Iterable[IntakeRecord]) -> int:
        with locked(monkeypatch):
            broken.extend(records)
            return process(broken)

    with monkeypatch.context() as patched:
        patched.setattr(intake, "process_all", lock_first)
        assert services.drain() == NUMBER
    assert (len(broken), list(spooled.iterdir())) == (NUMBER, [])
    assert intake.ledger() == ledger(pending=NUMBER)
    clock.advance(minutes=2)
    assert intake.process_due() == NUMBER
    assert intake.ledger() == ledger(ticket=NUMBER)


def test_while_no_file_can_be_kept_mail_with_files_is_pending(
    spooled: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr("hookdesk_storage_fs.backend.FileStorage.put", refuse)
        assert services.drain() == NUMBER
        assert intake.ledger() == ledger(pending=NUMBER)
    clock.advance(minutes=10)
    assert intake.process_due() == NUMBER
    assert intake.ledger() == ledger(ticket=NUMBER)


def test_a_mail_on_which_every_attempt_breaks_holds_up_no_other_and_is_seen_at_last(
    spooled: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    from hookdesk.services import intake_settle

    settle = intake_settle.end

    def break_down(session: object, record: object, outcome: str, reason: str) -> None:
        if getattr(record, "id", 0) == 3 and outcome == "ticket":
            raise ValueError("poison")
        settle(session, record, outcome, reason)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(intake_settle, "end", break_down)
    assert services.drain() == NUMBER
    assert intake.ledger() == ledger(ticket=NUMBER - 1, pending=1)
    for _ in range(intake.MOST_ATTEMPTS):
        clock.advance(hours=2)
        intake.process_due()
        release()
    assert intake.ledger() == ledger(ticket=NUMBER - 1, quarantined=1)
    assert "gave up after 12 attempts: ValueError: poison" in intake.load(3).reason


def test_a_hook_that_fails_on_each_mail_is_named_and_stops_none(spooled: Path, hookdesk_app: Flask) -> None:
    def intake_transform(message: object) -> object:
        raise ZeroDivisionError("in somebody's plugin")

    hooks = hookdesk_app.extensions["hookdesk"].hooks
    hooks.install("intake_transform", [Implementation("broken", intake_transform, ("message",))])
    assert services.drain() == NUMBER
    assert intake.ledger() == ledger(ticket=NUMBER)


def test_a_clock_that_goes_back_holds_up_nobody_who_comes_now(spooled: Path, clock: Clock) -> None:
    assert services.drain() == NUMBER
    clock.set(clock.now - timedelta(days=1))
    (spooled / f"{0:020d}-1-late{WHOLE}").write_bytes(mail(99))
    assert services.drain() == 1
    assert intake.ledger() == ledger(ticket=NUMBER + 1)
