"""Mail that osTicket's scripts post."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from tests.plugins.api_osticket.conftest import Program
from werkzeug.test import TestResponse

from hookdesk.api import IntakeRecord, ThreadEntry, Ticket, User, Verdict, reading, site, transact

pytestmark = pytest.mark.plugins("api_osticket", "storage_fs", "email_in")


def letter(subject: str = "The printer is on fire", **headers: str) -> bytes:
    """A mail as a mail server hands it over."""
    mail = EmailMessage()
    mail["From"] = "Grace Hopper <grace@example.org>"
    mail["To"] = "support@example.net"
    mail["Subject"] = subject
    mail["Date"] = "Mon, 1 Jun 2026 12:00:00 +0000"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Since nine o'clock.")
    return mail.as_bytes()


def entries(app: Flask, ticket: Ticket) -> int:
    with app.app_context():
        return int(reading().scalar(select(func.count()).where(ThreadEntry.ticket_id == ticket.id)))


@pytest.mark.parametrize("path", ["/api/tickets.email", "/api/http.php/tickets.email"])
def test_a_mail_becomes_a_ticket(
    program: Program,
    hookdesk_app: Flask,
    ticket_of: Callable[[TestResponse], Ticket],
    path: str,
    all_calls: Callable[[], list[Any]],
) -> None:
    ticket = ticket_of(program.post(path, letter(Message_ID="<1@example.org>"), Content_Type="text/plain"))
    assert (ticket.subject, ticket.channel) == ("The printer is on fire", "email")
    assert [(line.operation, line.ticket_id) for line in all_calls()] == [("tickets.email", ticket.id)]
    with hookdesk_app.app_context():
        assert reading().scalar(select(IntakeRecord.raw)) == letter(Message_ID="<1@example.org>")


def test_a_reply_goes_onto_its_ticket_and_is_answered_with_that_number(
    program: Program, hookdesk_app: Flask, ticket_of: Callable[[TestResponse], Ticket]
) -> None:
    first = ticket_of(program.post("/api/tickets.email", letter(Message_ID="<1@example.org>")))
    reply = letter("Re: fire", Message_ID="<2@example.org>", In_Reply_To="<1@example.org>")
    assert program.post("/api/tickets.email", reply).text == first.number
    assert entries(hookdesk_app, first) == 2


def test_the_same_mail_again_is_answered_with_its_ticket(
    program: Program, hookdesk_app: Flask, ticket_of: Callable[[TestResponse], Ticket]
) -> None:
    mail = letter(Message_ID="<1@example.org>")
    ticket = ticket_of(program.post("/api/tickets.email", mail))
    again = program.post("/api/tickets.email", mail)
    assert (again.status_code, again.text) == (201, ticket.number)
    assert entries(hookdesk_app, ticket) == 1


def test_a_mail_that_is_kept_without_a_ticket_must_not_be_sent_again(program: Program, hookdesk_app: Flask) -> None:
    from hookdesk.plugins.caller import Implementation

    with hookdesk_app.app_context():
        verdict = Verdict.quarantine("it looks odd")
        site().hooks.install("intake_screen", [Implementation("tests", lambda: verdict, ())])
    answer = program.post("/api/tickets.email", letter())
    assert (answer.status_code, answer.text) == (201, "0")
    with hookdesk_app.app_context():
        assert reading().scalar(select(IntakeRecord.outcome)) == "quarantined"


def test_a_mail_of_a_banned_sender_is_denied(
    program: Program, hookdesk_app: Flask, ticket_of: Callable[[TestResponse], Ticket]
) -> None:
    ticket_of(program.post("/api/tickets.email", letter(Message_ID="<1@example.org>")))
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(User).values(is_banned=True)))
    assert program.post("/api/tickets.email", letter(Message_ID="<2@example.org>")).status_code == 403


def test_an_empty_body_is_no_mail(program: Program) -> None:
    assert program.post("/api/tickets.email", b" \n").status_code == 400


def test_what_cannot_be_processed_now_is_kept(
    program: Program, hookdesk_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hookdesk.services import intake_settle

    def fail(*_given: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(intake_settle, "settle", fail)
    answer = program.post("/api/tickets.email", letter())
    assert (answer.status_code, answer.text) == (201, "0")
    made = program.json()
    assert (made.status_code, "do not send it again" in made.text) == (202, True)
    with hookdesk_app.app_context():
        assert reading().scalar(select(func.count()).where(IntakeRecord.outcome == "pending")) == 2
        assert reading().scalar(select(func.count()).select_from(User).where(User.name == "Grace Hopper")) == 0
