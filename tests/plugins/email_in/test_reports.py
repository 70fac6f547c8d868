"""Bounces, automatic replies, complaints: filed where they belong, told in one sentence, and never answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from tests.plugins.email_in.conftest import MAILS, Send, mail

from hookdesk.api import (
    IntakeRecord,
    Status,
    ThreadEntry,
    Ticket,
    User,
    reading,
    release,
    system,
    tickets,
)
from hookdesk_email_in.parse import parse_message
from hookdesk_email_out.models import Mail

pytestmark = pytest.mark.plugins("email_in", "email_out", "storage_fs")
Fire = tuple[int, str]
REPORTS = [
    "bounce-dsn",
    "bounce-dsn-two",
    "bounce-delay",
    "bounce-exim",
    "bounce-qmail",
    "auto-vacation",
    "complaint-arf",
]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bounce-dsn", [("grace@example.org", "5.1.1", "550 5.1.1 <grace@example.org>: User unknown", True)]),
        (
            "bounce-dsn-two",
            [
                ("grace@example.org", "5.2.2", "552 5.2.2 Mailbox full", True),
                ("bob@example.org", "5.7.1", "554 5.7.1 We do not take your mail", True),
            ],
        ),
        ("bounce-delay", [("grace@example.org", "4.4.1", "", False)]),
        ("bounce-exim", [("grace@example.org", "5.1.1", "550 5.1.1 No such user here", True)]),
        ("bounce-qmail", [("grace@example.org", "", "550 No mailbox here by that name", True)]),
        ("bounce-nobody", [("", "", "", True)]),
    ],
)
def test_a_bounce_names_whom_it_failed_and_why(name: str, said: list[tuple[str, str, str, bool]]) -> None:
    found = parse_message((MAILS / f"{name}.eml").read_bytes()).bounced
    assert [(one.address, one.status, one.is_final) for one in found] == [(a, s, f) for a, s, _, f in said]
    assert all(words in one.words for one, (_, _, words, _) in zip(found, said, strict=True))
    assert {one.message_id for one in found} <= {"{ours}", ""}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            ["Final-Recipient: rfc822; /var/mail/grace", "Action: failed", "Status: 5.0.0"],
            [("box@mx.example.org", "5.0.0")],
        ),
        (
            ["Final-Recipient: rfc822; @mx.example.org", "Action: failed", "Status: 5.1.2"],
            [("box@mx.example.org", "5.1.2")],
        ),
        (
            [
                "Final-Recipient: rfc822; grace@example.org",
                "Action: failed",
                "Status: 5.0.0",
                "Diagnostic-Code: smtp; 552 5.2.2 full",
            ],
            [("grace@example.org", "5.2.2")],
        ),
        (["Final-Recipient: rfc822; grace@example.org", "Action: relayed", "Status: 2.0.0"], []),
    ],
    ids=["a file", "a host", "a status that says nothing", "all got it"],
)
def test_a_report_that_names_no_address_or_no_failure(fields: list[str], said: list[tuple[str, str]]) -> None:
    """What Exim says beside it counts; and who got our mail is nobody whom it did not reach."""
    head = "From: Mail Delivery System <mailer-daemon@mx.example.org>\nX-Failed-Recipients: box@mx.example.org\n"
    kind = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSee below.\n--b\n"
    report = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n" + "\n".join(fields)
    message = parse_message(f"{head}{kind}{report}\n\n--b--\n".encode())
    assert [(one.address, one.status) for one in message.bounced] == said


def entry_of(record: IntakeRecord) -> ThreadEntry:
    found: ThreadEntry = reading().scalars(select(ThreadEntry).where(ThreadEntry.id == record.entry_id)).one()
    return found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bounce-dsn", "Our mail did not reach grace@example.org. 550 5.1.1 <grace@example.org>: User unknown"),
        ("bounce-delay", "Our mail has not reached grace@example.org yet; the server goes on trying. 4.4.1"),
        ("bounce-exim", "Our mail did not reach grace@example.org."),
        ("auto-vacation", "I am at sea until Monday."),
        ("complaint-arf", "A mail of ours was reported as spam"),
    ],
)
def test_a_report_is_a_note_in_plain_words(hookdesk_app: Flask, send: Send, fire: Fire, name: str, words: str) -> None:
    """Its own text stands behind; a program that writes for the first time becomes nobody in the directory."""
    ticket_id, ours = fire
    record = send(f"{name}.eml", ours=ours)
    assert (record.outcome, record.ticket_id) == ("reply", ticket_id)
    with hookdesk_app.app_context():
        entry = entry_of(record)
        assert (entry.kind, entry.text.startswith(words)) == ("note", True), entry.text
        assert name == "auto-vacation" or entry.quoted
        assert (
            len(
                list(reading().scalars(select(User.id).where(User.name.ilike("%daemon%") | User.name.ilike("%abuse%"))))
            )
            == 0
        )


@pytest.mark.parametrize("name", REPORTS)
def test_no_road_leads_from_an_automatic_mail_to_an_answer(
    hookdesk_app: Flask, send: Send, fire: Fire, run_jobs: Callable[..., int], name: str
) -> None:
    """Matched or not, on an open or a closed ticket: nothing goes out, nothing opens, nothing reopens."""
    ticket_id, ours = fire
    with hookdesk_app.app_context():
        run_jobs()
        closed = reading().scalar(select(Status.id).where(Status.state == "closed").limit(1))
        tickets.set_status(system(), ticket_id, closed)
        run_jobs()
        release()
        before = set(reading().scalars(select(Mail.id)))
    filed, lost = send(f"{name}.eml", ours=ours), send(f"{name}.eml", ours="nobody@desk.example")
    assert (filed.outcome, filed.ticket_id) == ("reply", ticket_id)
    assert (lost.outcome, lost.ticket_id) == ("quarantined" if "complaint" in name else "rejected", None)
    with hookdesk_app.app_context():
        run_jobs()
        release()
        assert set(reading().scalars(select(Mail.id))) == before
        assert [row.state for row in reading().scalars(select(Ticket))] == ["closed"]


def test_a_bounce_without_a_ticket_says_whom_it_was_about(send: Send, fire: Fire) -> None:
    """A signature that is not ours leads nowhere."""
    record = send("bounce-forged.eml")
    assert (record.outcome, record.ticket_id) == ("rejected", None)
    assert "about grace@example.org: 550 5.1.1" in record.reason


@pytest.mark.parametrize(
    "headers",
    [
        {"List_Id": "<talk.example.org>"},
        {"Precedence": "bulk"},
        {"X_Auto_Response_Suppress": "All"},
        {"Return_Path": "<>"},
    ],
    ids=["list", "bulk", "suppressed", "null sender"],
)
def test_what_people_write_through_programs_is_taken_and_not_answered(
    hookdesk_app: Flask, send: Send, run_jobs: Callable[..., int], headers: dict[str, str]
) -> None:
    """A list's mail may open a ticket; the one with a null sender is a report, and opens none (RFC 3834 section 2)."""
    record = send(mail(sender="list@example.org", **headers))
    assert record.outcome == ("rejected" if "Return_Path" in headers else "ticket")
    with hookdesk_app.app_context():
        run_jobs()
        release()
        assert "list@example.org" not in set(reading().scalars(select(Mail.address)))
