"""Which ticket a mail goes on, who follows it, what is cut off as a loop, and what a mail may bring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from tests.plugins.email_in.conftest import Send, mail

from hookdesk.api import (
    Actor,
    Collaborator,
    CoreSettings,
    IntakeRecord,
    Priority,
    Status,
    ThreadEntry,
    Ticket,
    UserEmail,
    clock,
    reading,
    references,
    release,
    site,
    system,
    tickets,
    transact,
)
from hookdesk_email_in import loops
from hookdesk_email_in.policies import reply_address
from hookdesk_email_out.models import Mail
from hookdesk_merge.models import Link

pytestmark = pytest.mark.plugins("email_in", "email_out", "storage_fs", "desk", "merge")
Fire = tuple[int, str]
Configure = Callable[..., None]


def test_an_address_can_name_the_ticket(hookdesk_app: Flask, send: Send, fire: Fire, state_policy: Configure) -> None:
    """Only where the server delivers such; then it arrived at the mailbox itself, and a wrong signature leads nowhere."""
    with hookdesk_app.app_context():
        assert reply_address(fire[0], "help@desk.example") is None
        state_policy(plus_addressing=True)
        address = reply_address(fire[0], "help@desk.example")
        assert address is not None
        assert references.ticket_of_address(address.upper()) is not None
    assert send(mail("1", To="x@example.org", sender="new@example.org"), recipient=address).ticket_id == fire[0]
    assert send(mail("2", To=address)).ticket_id == fire[0]
    forged = address.replace(".", ".a", 1)
    assert send(mail("3", To=forged)).outcome == "ticket"


def test_what_it_answers_counts_most_then_the_marker_then_the_number(hookdesk_app: Flask, send: Send) -> None:
    """Each only where nothing better is there."""
    ids = [send(mail(f"{name}", Message_ID=f"<{name}@example.org>")).ticket_id or 0 for name in "abcd"]
    with hookdesk_app.app_context():
        number = reading().scalar(select(Ticket.number).where(Ticket.id == ids[3]))
        marker = references.marker(ids[2])
    given = {"In_Reply_To": "<a@example.org>", "References": "<b@example.org>", "Subject": f"Re: #{number}"}
    found = []
    for left_out in ("", "In_Reply_To", "References"):
        given.pop(left_out, None)
        found.append(send(mail(f"{left_out}\n\n{marker}", **given)).ticket_id)
    found.append(send(mail("no marker", **given)).ticket_id)
    assert found == ids


def close(app: Flask, ticket_id: int, **status: Any) -> None:
    """Close a ticket, with a status that is changed so first."""
    with app.app_context():
        closed = reading().scalar(select(Status.id).where(Status.state == "closed").order_by(Status.id).limit(1))
        transact(lambda session: session.execute(update(Status).where(Status.id == closed).values(**status)))
        release()
        tickets.set_status(system(), ticket_id, closed)
        release()


def test_a_closed_ticket_reopens_or_goes_on_in_a_new_one(hookdesk_app: Flask, send: Send, fire: Fire) -> None:
    """As its status says; the new one is linked to the old."""
    close(hookdesk_app, fire[0], may_reopen=True)
    assert send(mail("again", In_Reply_To=f"<{fire[1]}>")).ticket_id == fire[0]
    with hookdesk_app.app_context():
        assert reading().scalar(select(Ticket.state).where(Ticket.id == fire[0])) == "open"
    close(hookdesk_app, fire[0], may_reopen=False)
    record = send(mail("and again", In_Reply_To=f"<{fire[1]}>"))
    assert (record.outcome, record.ticket_id == fire[0]) == ("ticket", False)
    with hookdesk_app.app_context():
        assert reading().scalar(select(Ticket.state).where(Ticket.id == fire[0])) == "closed"
        assert reading().all(select(Link.low_id, Link.high_id)) == [(fire[0], record.ticket_id)]


def test_what_is_closed_for_good_takes_agents_notes_and_reports(
    hookdesk_app: Flask, send: Send, fire: Fire, make_agent: Callable[..., Actor]
) -> None:
    make_agent()
    close(hookdesk_app, fire[0], may_reopen=False)
    assert send(mail("note", sender="ada@helpdesk.example", In_Reply_To=f"<{fire[1]}>")).ticket_id == fire[0]
    assert send("bounce-dsn.eml", ours=fire[1]).ticket_id == fire[0]


def followers(app: Flask, ticket_id: int | None) -> set[str]:
    with app.app_context():
        release()
        asked = select(UserEmail.address).join(Collaborator, Collaborator.user_id == UserEmail.user_id)
        return set(reading().scalars(asked.where(Collaborator.ticket_id == ticket_id)))


def test_who_gets_a_copy_follows_the_ticket_where_the_mailbox_wants_that(
    hookdesk_app: Flask,
    send: Send,
    state_policy: Configure,
    make_agent: Callable[..., Actor],
    run_jobs: Callable[..., int],
) -> None:
    """Not our own addresses, not agents; and nobody is mailed what they have already."""
    make_agent()
    copies = "Bob <bob@example.org>, ada@helpdesk.example, help+x@desk.example"
    assert followers(hookdesk_app, send(mail("off", Cc=copies)).ticket_id) == set()
    state_policy(collaborators="participants")
    record = send(mail("on", Cc=copies, Message_ID="<on@example.org>"), recipient="help@desk.example")
    assert followers(hookdesk_app, record.ticket_id) == {"bob@example.org"}
    more = {"In_Reply_To": "<on@example.org>", "recipient": "help@desk.example"}
    taken = send(mail("more", Cc="carol@example.org", In_Reply_To=more["In_Reply_To"]), recipient=more["recipient"])
    assert followers(hookdesk_app, taken.ticket_id) == {"bob@example.org", "carol@example.org"}
    stranger = mail("me too", sender="eve@evil.example", Cc="mallory@evil.example", In_Reply_To=more["In_Reply_To"])
    assert send(stranger, recipient=more["recipient"]).ticket_id == record.ticket_id
    assert followers(hookdesk_app, record.ticket_id) == {"bob@example.org", "carol@example.org"}
    with hookdesk_app.app_context():
        run_jobs()
        release()
        told = {(row.address, row.entry_id) for row in reading().scalars(select(Mail)) if row.template == "message"}
        assert ("bob@example.org", taken.entry_id) in told
        assert "carol@example.org" not in {address for address, entry_id in told if entry_id == taken.entry_id}
        assert not [address for address, entry_id in told if entry_id == record.entry_id]


def test_a_mailing_makes_no_followers(hookdesk_app: Flask, send: Send, state_policy: Configure) -> None:
    """But a note that says so."""
    state_policy(collaborators="all")
    many = ", ".join(f"u{number}@example.org" for number in range(30))
    record = send(mail(Cc=many), recipient="help@desk.example")
    assert followers(hookdesk_app, record.ticket_id) == set()
    assert "30 other addresses" in notes(hookdesk_app, record.ticket_id)[0]


def notes(app: Flask, ticket_id: int | None) -> list[str]:
    with app.app_context():
        asked = select(ThreadEntry.text).where(ThreadEntry.ticket_id == ticket_id, ThreadEntry.kind == "note")
        return list(reading().scalars(asked.order_by(ThreadEntry.id)))


def test_equal_mails_on_one_ticket_are_a_loop(
    hookdesk_app: Flask, send: Send, fire: Fire, configure: Configure
) -> None:
    """Other words go on; so do the same after a while; the health page tells."""
    configure(loop_mails=2)
    answer = mail("Thank you for your message.", In_Reply_To=f"<{fire[1]}>")
    assert [send(answer).outcome for _ in range(3)] == ["reply", "reply", "quarantined"]
    cut = send(answer)
    assert cut.reason.startswith(f"{loops.CUT}: 2 mails with the same words from grace@example.org on one ticket")
    assert send(mail("Something else", In_Reply_To=f"<{fire[1]}>")).outcome == "reply"
    with hookdesk_app.app_context():
        [told] = loops.health()
        assert (told.state, told.detail.split()[0]) == ("warning", "2")
    configure(loop_mails=0)
    assert send(answer).outcome == "reply"


def test_mails_of_a_loop_are_counted_below_others_in_quarantine(
    hookdesk_app: Flask, send: Send, fire: Fire, configure: Configure
) -> None:
    configure(loop_mails=1)
    answer = mail("Thank you for your message.", In_Reply_To=f"<{fire[1]}>")
    assert [send(answer).outcome for _ in range(3)] == ["reply", "quarantined", "quarantined"]
    with hookdesk_app.app_context():
        now = clock.now()
        row = {"channel": "email", "outcome": "quarantined", "due_at": now, "received_at": now}
        others = [{**row, "dedupe": f"other-{number}"} for number in range(300)]
        transact(lambda session: session.execute(insert(IntakeRecord), others))
        assert loops.health()[0].detail.split()[0] == "2"


def test_more_mails_than_a_person_writes_are_a_loop(send: Send, fire: Fire, configure: Configure) -> None:
    configure(loop_mails=1)
    expected = ["reply"] * (loops.MOST_FACTOR - 1) + ["quarantined"]  # the mail that opened the ticket counts
    outcomes = [send(mail(f"No. {number}", In_Reply_To=f"<{fire[1]}>")).outcome for number in range(loops.MOST_FACTOR)]
    assert outcomes == expected


def test_the_same_ticket_again_and_again_is_a_loop(send: Send, configure: Configure) -> None:
    """Many different ones are not."""
    configure(loop_mails=2)
    assert [send(mail("Away", Subject=f"Re: [#{number}]")).outcome for number in range(3)] == [
        "ticket",
        "ticket",
        "quarantined",
    ]
    assert {send(mail(f"Alarm {number}")).outcome for number in range(30)} == {"ticket"}


def test_a_priority_is_heeded_only_where_that_is_set(hookdesk_app: Flask, send: Send, configure: Configure) -> None:
    def look(ticket_id: int | None) -> str:
        with hookdesk_app.app_context():
            asked = select(Priority.look).join(Ticket, Ticket.priority_id == Priority.id)
            return str(reading().scalar(asked.where(Ticket.id == ticket_id)))

    assert look(send(mail("1", X_Priority="1 (Highest)")).ticket_id) == "normal"
    configure(use_priority=True)
    assert look(send(mail("2", X_Priority="1 (Highest)")).ticket_id) == "high"
    assert look(send(mail("3", Importance="low")).ticket_id) == "low"
    assert look(send(mail("4", X_Priority="3", Importance="high")).ticket_id) == "normal"


def test_refused_files_are_named_in_a_note_and_the_mail_is_taken(
    hookdesk_app: Flask, send: Send, configure: Configure
) -> None:
    """Only where the rules of forms hold for mail; the raw mail has them still."""
    part = '--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename="{}"\n\nx\n'
    body = (
        "--b\nContent-Type: text/plain\n\nSee files.\n"
        + part.format("a.exe")
        + part.format("b.txt")
        + part.format("c.txt")
        + "--b--"
    )
    raw = mail(body, MIME_Version="1.0", Content_Type='multipart/mixed; boundary="b"')
    with hookdesk_app.app_context():
        site().settings.save("core", CoreSettings, {"allowed_file_types": (".txt",), "max_files": 1}, system())
    assert notes(hookdesk_app, send(raw).ticket_id) == []
    configure(keep_file_rules=True)
    record = send(raw)
    [told] = notes(hookdesk_app, record.ticket_id)
    assert told.splitlines() == [
        "2 files of this mail were not taken:",
        "a.exe: files of this kind are not allowed",
        "c.txt: more than 1 files",
    ]
    with hookdesk_app.app_context():
        assert reading().scalar(select(Ticket.attachment_count).where(Ticket.id == record.ticket_id)) == 1


def test_a_page_of_a_thousand_links_is_shown_as_text(hookdesk_app: Flask, send: Send) -> None:
    record = send(mail("<p>Hello</p>" + "<a href='https://x.example'>x</a>" * 1001, Content_Type="text/html"))
    with hookdesk_app.app_context():
        entry = reading().scalars(select(ThreadEntry).where(ThreadEntry.id == record.entry_id)).one()
        assert (entry.html, "Hello" in entry.text) == ("", True)
    assert "1001 links" in notes(hookdesk_app, record.ticket_id)[0]


def test_nothing_said_is_still_a_ticket(hookdesk_app: Flask, send: Send) -> None:
    """Without a subject and without words."""
    record = send(b"From: grace@example.org\nTo: help@desk.example\n\n")
    with hookdesk_app.app_context():
        ticket = reading().scalars(select(Ticket).where(Ticket.id == record.ticket_id)).one()
        assert ticket.subject
        assert reading().scalar(select(ThreadEntry.text).where(ThreadEntry.id == record.entry_id)) == "(no text)"


@pytest.mark.parametrize("name", ["smime_encrypted.eml", "pgp_encrypted.eml"])
def test_an_encrypted_mail_is_a_ticket_that_says_so(hookdesk_app: Flask, send: Send, name: str) -> None:
    record = send(name)
    [told] = notes(hookdesk_app, record.ticket_id)
    assert told.startswith("This mail is encrypted")
    with hookdesk_app.app_context():
        assert reading().scalar(select(Ticket.attachment_count).where(Ticket.id == record.ticket_id))


@pytest.mark.parametrize(
    ("sender", "headers", "is_told"),
    [
        ("grace@example.org", {}, True),
        ("grace@example.org", {"Auto_Submitted": "auto-generated"}, False),
        ("stranger@example.org", {}, False),
        (
            "stranger@example.org",
            {"Authentication_Results": "mx.desk.example; dmarc=pass header.from=example.org"},
            True,
        ),
        ("grace@example.org", {"Authentication_Results": "mx.desk.example; dmarc=fail header.from=example.org"}, False),
    ],
    ids=["known", "a program", "unknown", "proven", "forged"],
)
def test_who_sends_too_much_is_told_once(
    hookdesk_app: Flask,
    send: Send,
    fire: Fire,
    configure: Configure,
    sender: str,
    headers: dict[str, str],
    is_told: bool,
) -> None:
    """But no program, and nobody whose address may be forged."""
    configure(trusted_servers=("mx.desk.example",))
    records = [send(mail(sender=sender, Subject=f"Film {number}", **headers), is_cut=True) for number in range(2)]
    assert {record.outcome for record in records} == {"quarantined"}
    with hookdesk_app.app_context():
        told = [row for row in reading().scalars(select(Mail)) if row.template == "secret"]
        assert [row.address for row in told] == [sender] * is_told
        assert all("Film 0" in row.text for row in told)
