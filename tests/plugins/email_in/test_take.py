"""One door for every road: a mail that is taken in is a committed record, once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from hookdesk.api import intake, release
from hookdesk_email_in import services

pytestmark = pytest.mark.plugins("email_in", "storage_fs")
MAIL = b"From: Grace <grace@example.org>\r\nTo: help@desk.example\r\nSubject: Fire\r\n\r\nIt burns.\r\n"


def outcome(record_id: int | None) -> tuple[str, str, dict[str, Any]]:
    release()
    record = intake.load(record_id or 0)
    return record.outcome, record.reason, record.meta


def test_it_is_stored_before_anybody_reads_it(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        taken = services.take(MAIL, sender="grace@example.org", mailbox="help@desk.example", source="imap")
        known = {"sender": "grace@example.org", "mailbox": "help@desk.example", "source": "imap"}
        assert outcome(taken) == ("pending", "", known)


def test_it_can_be_brought_to_its_end_at_once(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        assert outcome(services.take(MAIL, process=True))[0] == "ticket"


def test_what_came_under_that_name_before_is_not_taken_again(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        assert services.take(MAIL, source="imap", dedupe="imap:1:7:42", process=True)
        assert services.take(MAIL, source="imap", dedupe="imap:1:7:42", process=True) is None
        assert intake.ledger()["received"] == 1


def test_a_mail_that_fails_at_the_moment_stays_pending(hookdesk_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr("hookdesk.services.intake_settle.settle", break_down)
    with hookdesk_app.app_context():
        assert outcome(services.take(MAIL, process=True))[:2] == ("pending", "OSError: the disk is away")


@pytest.mark.parametrize("is_cut", [True, False])
def test_of_a_mail_beyond_the_limit_the_beginning_is_kept_aside(
    hookdesk_app: Flask, monkeypatch: pytest.MonkeyPatch, is_cut: bool
) -> None:
    """An admin sees in quarantine what came; the server that brought it is told that it came."""
    monkeypatch.setattr(services, "MAX_BYTES", 1000 if is_cut else 50)
    with hookdesk_app.app_context():
        taken = services.take(MAIL, process=True, is_cut=is_cut)
        ended, reason, _ = outcome(taken)
        assert ended == "quarantined"
        assert "longer than the limit" in reason
        assert intake.load(taken or 0).raw_size <= (1000 if is_cut else 50)
