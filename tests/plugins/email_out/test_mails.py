"""What becomes a mail, to whom, with which words and headers."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from email.message import EmailMessage, Message
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from tests.servers.smtp import Received, SmtpServer

from hookdesk import clock as moments
from hookdesk.api import (
    ANONYMOUS,
    Actor,
    InboundFile,
    InboundMessage,
    Recipient,
    ReplyDraft,
    Ticket,
    attachments,
    entries,
    intake,
    participants,
    reading,
    references,
    site,
    system,
    threads,
    tickets,
    transact,
)
from hookdesk.models import Agent, Collaborator, Department, OutboxEvent, User
from hookdesk.outbox.dispatcher import dispatch
from hookdesk.plugins.caller import Implementation
from hookdesk.services import actors, people
from hookdesk.settings import CoreSettings
from hookdesk.testing.instances import Clock
from hookdesk.types.events import Event
from hookdesk_email_out import outcome, preferences, sending
from hookdesk_email_out.accounts.envelope import Envelope
from hookdesk_email_out.accounts.forms import AccountForm
from hookdesk_email_out.models import Mail, Words
from hookdesk_email_out.services import MOST_CONFIRMATIONS
from hookdesk_email_out.settings import Settings

pytestmark = pytest.mark.plugins("email_out", "storage_fs")
MakeTicket = Callable[..., Ticket]
MakeAgent = Callable[..., Actor]
RunJobs = Callable[..., int]


@pytest.fixture
def server(hookdesk_app: Flask, smtp_server: SmtpServer) -> SmtpServer:
    """The site's SMTP server."""
    with hookdesk_app.app_context():
        smtp_server.serve("help@desk.example")
    return smtp_server


def body(mail: Received) -> str:
    """The text part of a mail."""
    part = next(part for part in mail.message.walk() if part.get_content_type() == "text/plain")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def header(mail: Received, name: str) -> str:
    """A header as text."""
    return str(mail.message[name] or "")


def to(server: SmtpServer, address: str) -> list[Received]:
    """What somebody received."""
    return [mail for mail in server.messages if mail.recipients == (address,)]


def write_words(kind: str, text: str) -> None:
    """Words that stand in the table, whatever the editor would say of them."""
    written = {"subject": "{{ subject }}", "text": text, "html": "", "author": "", "created_at": moments.now()}
    row = {"set_id": None, "kind": kind, "locale": "", "number": 1, "is_current": True, **written}
    transact(lambda session: session.execute(insert(Words), row))


def test_a_new_ticket_is_confirmed_and_told_to_the_department(
    hookdesk_app: Flask, server: SmtpServer, make_agent: MakeAgent, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    """The requester gets the number, marked as automatic; the department's agents get an alert."""
    make_agent()
    ticket = make_ticket(subject="Принтер горит", text="From here it burns")
    run_jobs()
    [confirmation], [alert] = to(server, "grace@example.org"), to(server, "ada@helpdesk.example")
    assert ticket.number in body(confirmation)
    assert header(confirmation, "Auto-Submitted") == "auto-replied"
    assert header(confirmation, "X-Auto-Response-Suppress") == "DR, RN, NRN, OOF, AutoReply"
    assert header(alert, "Auto-Submitted") == "auto-generated"
    assert "\nFrom here it burns" in body(alert)


def test_answers_go_where_a_plugin_wants_them(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    """To an address that names the ticket, say; else to the sender, as ever."""
    make_ticket()
    run_jobs()

    def reply_to(ticket_id: int, address: str) -> str:
        return address.replace("@", f"+{ticket_id}@")

    hooks = hookdesk_app.extensions["hookdesk"].hooks
    hooks.install("reply_to", [Implementation("made_up", reply_to, ("ticket_id", "address"))])
    second = make_ticket()
    run_jobs()
    told = [header(mail, "Reply-To") for mail in to(server, "grace@example.org")]
    assert told == ["", f"help+{second.id}@desk.example"]


def test_a_reply_is_mailed_with_its_files_and_a_note_is_not(
    hookdesk_app: Flask, server: SmtpServer, make_agent: MakeAgent, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    """Attachments arrive byte for byte, the mail is threaded, and nothing of the note leaves the house."""
    agent, ticket = make_agent(), make_ticket()
    content = bytes(range(256)) * 40 + b"\r\n.\r\nFrom x\n\r"
    with hookdesk_app.app_context():
        files = (
            InboundFile("Rechnung März.bin", "application/octet-stream", content),
            InboundFile("a.txt", "text/plain", b"x\r\ny\rz\n"),
        )
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="response", text="We bring water.", files=files))
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="note", text="CANARY-NOTE"))
    run_jobs()
    reply = to(server, "grace@example.org")[-1]
    assert body(reply).startswith("We bring water.")
    assert "Ada Lovelace" in header(reply, "From")
    assert header(reply, "Auto-Submitted") == ""
    attached = [part for part in reply.message.walk() if part.get_filename()]
    assert [part.get_payload(decode=True) for part in attached] == [content, b"x\r\ny\rz\n"]
    assert not any(b"CANARY-NOTE" in mail.raw for mail in server.messages)
    with hookdesk_app.app_context():
        assert references.ticket_of_message_id(header(reply, "Message-ID").strip("<>")) == ticket.id
        assert references.ticket_of_text(body(reply)) == ticket.id
    first = header(reply, "References").split()[0]
    assert first == header(to(server, "grace@example.org")[0], "References").split()[0]


def test_a_reply_goes_to_whom_its_agent_chose_with_the_signature_that_they_chose(
    hookdesk_app: Flask, server: SmtpServer, make_agent: MakeAgent, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Agent).values(signature="Ada, night shift")))
        participants.add_collaborator(agent, ticket.id, "alan@example.org")
        alan = people.find_user("alan@example.org")
        assert alan is not None
        draft = ReplyDraft(ticket.id, "response", "Hello.")
        threads.post(agent, draft.replace(recipients=(alan.user_id,), signature="none"))
        threads.post(agent, draft.replace(recipients=()))
    run_jobs()
    [mail] = to(server, "alan@example.org")
    assert "night shift" not in body(mail)
    assert not [one for one in to(server, "grace@example.org") if "Hello." in body(one)]


def test_a_reply_is_sent_again_to_those_who_were_chosen(
    hookdesk_app: Flask, server: SmtpServer, make_agent: MakeAgent, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    """To nobody else, and to one who wants no mail of the ticket, for it is sent to them by name."""
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        participants.add_collaborator(agent, ticket.id, "alan@example.org", "Alan")
        entry_id = threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="response", text="We bring water."))
        alan = reading().scalar(select(Collaborator.user_id))
        participants.mute_collaborator(agent, ticket.id, alan, is_active=False)
    run_jobs()
    before = len(to(server, "grace@example.org")), len(to(server, "alan@example.org"))
    with hookdesk_app.app_context():
        entries.resend(agent, entry_id, [alan])
    run_jobs()
    assert (len(to(server, "grace@example.org")), len(to(server, "alan@example.org"))) == (before[0], before[1] + 1)
    assert body(to(server, "alan@example.org")[-1]).startswith("We bring water.")


def test_a_formatted_reply_goes_out_in_text_and_html_with_its_pictures(
    hookdesk_app: Flask, server: SmtpServer, make_agent: MakeAgent, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    """The admin's words stand around it in both; a picture travels with the HTML, another file beside it."""
    agent, ticket = make_agent(), make_ticket()
    html = '<div>Press the <strong>red</strong> button:<br><img src="cid:1a2b@inline"></div>'
    with hookdesk_app.app_context():
        files = (
            InboundFile("red.png", "image/png", b"\x89PNG", "1a2b@inline"),
            InboundFile("a.txt", "text/plain", b"x"),
        )
        threads.post(agent, ReplyDraft(ticket.id, "response", "Press the red button:", html, files=files))
    run_jobs()
    mail = to(server, "grace@example.org")[-1]
    parts = [part.get_content_type() for part in mail.message.walk()]
    assert parts == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "text/plain",
    ]  # fmt: skip
    shown = next(part for part in mail.message.walk() if part.get_content_type() == "text/html")
    payload = shown.get_payload(decode=True)
    assert isinstance(payload, bytes)
    written = payload.decode()
    assert "Press the <strong>red</strong> button:" in written
    assert 'src="cid:1a2b@inline"' in written
    picture = next(part for part in mail.message.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<1a2b@inline>"
    assert body(mail).startswith("Press the red button:")
    with hookdesk_app.app_context():
        assert references.ticket_of_text(body(mail)) == references.ticket_of_text(written) == ticket.id


@pytest.mark.parametrize(
    ("own", "is_public", "shown", "expected"),
    [
        ("Ada, night shift", True, "name", "Ada, night shift"),
        ("", True, "name", "Your support team"),
        ("", False, "name", ""),
        ("Ada, night shift", True, "department", "Your support team"),
        ("Ada, night shift", False, "support", ""),
    ],
)
def test_a_reply_is_signed_by_its_agent_else_by_a_public_department(
    hookdesk_app: Flask,
    server: SmtpServer,
    make_agent: MakeAgent,
    make_ticket: MakeTicket,
    run_jobs: RunJobs,
    own: str,
    is_public: bool,
    shown: str,
    expected: str,
) -> None:
    """And neither tells who or where that is, if requesters shall not know."""
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        site().settings.save("core", CoreSettings, {"agents_shown": shown}, system())
        named = update(Department).values(signature="Your support team", is_public=is_public)
        transact(lambda session: (session.execute(update(Agent).values(signature=own)), session.execute(named)))
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="response", text="We bring water."))
    run_jobs()
    told = body(to(server, "grace@example.org")[-1])
    assert [words for words in ("Ada, night shift", "Your support team") if words in told] == (
        [expected] if expected else []
    )


@pytest.mark.parametrize(
    ("chosen", "agents_shown", "is_public", "expected"),
    [
        ("", "name", True, "Ada Lovelace (Hookdesk)"),
        ("department", "name", True, "Accounts (Hookdesk)"),
        ("account", "name", True, "Hookdesk"),
        ("department", "name", False, "Hookdesk"),
        ("", "department", True, "Accounts (Hookdesk)"),
        ("", "support", True, "Support (Hookdesk)"),
    ],
)
def test_a_reply_bears_the_name_that_its_agent_chose(
    hookdesk_app: Flask,
    server: SmtpServer,
    make_agent: MakeAgent,
    make_ticket: MakeTicket,
    run_jobs: RunJobs,
    chosen: str,
    agents_shown: str,
    is_public: bool,
    expected: str,
) -> None:
    """Their own, the department's if requesters may know it, or the address' alone; where the site hides agents, that counts."""
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        site().settings.save("core", CoreSettings, {"agents_shown": agents_shown}, system())
        transact(lambda session: session.execute(update(Department).values(name="Accounts", is_public=is_public)))
        preferences.save(agent, "all", (), chosen)
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="response", text="We bring water."))
    run_jobs()
    shown = header(to(server, "grace@example.org")[-1], "From")
    assert shown.rpartition(" <")[0].strip('"') == expected


def test_an_event_delivered_twice_promises_one_mail(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    """The same event again, as after a crash of the dispatcher, makes no second mail."""
    make_ticket()
    with hookdesk_app.app_context():
        with site().db.read() as reading:
            row = reading.scalars(select(OutboxEvent).where(OutboxEvent.name == "ticket_created")).one()
        event = Event(row.name, row.key, row.created_at, row.data)
        plugin: Any = site().plugins.get("email_out")
        plugin.ticket_created(event)
    run_jobs()
    assert len(to(server, "grace@example.org")) == 1


def test_a_refused_address_is_given_up_and_can_be_sent_again(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    """A 550 ends it at once, is visible, and an admin can repeat it."""
    server.refuse("550 no such user")
    make_ticket()
    run_jobs()
    with hookdesk_app.app_context():
        with site().db.read() as reading:
            mail = reading.scalars(select(Mail)).one()
        assert (mail.state, mail.error) == ("dead", "550 no such user")
        assert outcome.resend(mail.id)
    run_jobs()
    assert len(to(server, "grace@example.org")) == 1


def test_a_server_that_is_away_for_a_moment_loses_nothing(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs, clock: Clock
) -> None:
    """A 451 waits with a growing delay; the mail goes out once the server takes it."""
    server.refuse("451 try later")
    make_ticket()
    run_jobs()
    assert server.messages == []
    clock.advance(minutes=1)
    run_jobs()
    assert len(to(server, "grace@example.org")) == 1


def test_a_connection_that_is_lost_costs_the_mails_behind_it_no_attempt(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first mail meets a server that hangs up; the second is not blamed for it."""
    server.refuse("421 4.3.2 shutting down")
    for _ in range(2):
        make_ticket()

    def hang_up(connection: smtplib.SMTP, *_args: object) -> tuple[int, bytes]:
        connection.close()
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    monkeypatch.setattr(smtplib.SMTP, "data", hang_up)
    with hookdesk_app.app_context():
        dispatch()
        sending.send_due(site().settings.get("email_out", Settings))
    with hookdesk_app.app_context(), site().db.read() as reading:
        assert reading.scalars(select(Mail.attempts).order_by(Mail.id)).all() == [1, 0]


def test_a_server_that_does_not_know_the_sender_kills_no_mail(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs, clock: Clock
) -> None:
    """A wrong setting is mended by the admin; until then all mail waits."""
    server.refuse_senders("530 5.7.0 Must issue a STARTTLS command first")
    make_ticket()
    make_ticket(email="alan@example.org")
    run_jobs("outbox")
    run_jobs("email_out.send")
    with hookdesk_app.app_context(), site().db.read() as reading:
        told = reading.all(select(Mail.state, Mail.attempts, Mail.error).order_by(Mail.id))
    assert [tuple(row) for row in told] == [
        ("waiting", 1, "530 5.7.0 Must issue a STARTTLS command first"),
        ("waiting", 0, ""),
    ]
    server.refuse_senders("")
    clock.advance(minutes=1)
    run_jobs()
    assert len(server.messages) == 2


def test_one_address_gets_so_many_confirmations_in_an_hour(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs, clock: Clock
) -> None:
    """A machine that answers each of them with a new mail, and does not say that it is one, is not answered for ever."""
    for _ in range(MOST_CONFIRMATIONS + 2):
        make_ticket()
        run_jobs()
    make_ticket(email="alan@example.org")
    run_jobs()
    assert len(to(server, "grace@example.org")) == MOST_CONFIRMATIONS
    assert len(to(server, "alan@example.org")) == 1
    clock.advance(hours=1, minutes=1)
    make_ticket()
    run_jobs()
    assert len(to(server, "grace@example.org")) == MOST_CONFIRMATIONS + 1


LONG = "DB9PR04MB8090F5C0F9E3A3A0D7D5B6C2B2CB9@DB9PR04MB8090.eurprd04.prod.outlook.example"


@pytest.mark.parametrize("odd", ["ü@example.org", "a b@example.org", "a>\u2028b@example.org"])
def test_ids_of_other_mail_programs_stand_in_the_headers_as_they_are(
    hookdesk_app: Flask, server: SmtpServer, make_agent: MakeAgent, run_jobs: RunJobs, odd: str
) -> None:
    """However long; those that could not stand there are left out, and cost no mail."""
    agent = make_agent()
    with hookdesk_app.app_context():
        first = InboundMessage("email", "grace@example.org", subject="Fire", text="Help", message_id=LONG)
        settled = intake.submit(first, ANONYMOUS)
        again = first.replace(ticket_id=settled.ticket_id, text="Hurry", message_id=odd)
        assert intake.submit(again, ANONYMOUS).ticket_id == settled.ticket_id
        threads.post(agent, ReplyDraft(settled.ticket_id or 0, "response", "We bring water."))
    run_jobs()
    reply = to(server, "grace@example.org")[-1]
    assert f"In-Reply-To: <{LONG}>\r\n".encode() in reply.raw
    assert header(reply, "References").split()[1:] == [f"<{LONG}>"]


def test_two_mails_never_share_an_id(
    hookdesk_app: Flask,
    server: SmtpServer,
    make_ticket: MakeTicket,
    run_jobs: RunJobs,
    make_agent: MakeAgent,
    clock: Clock,
) -> None:
    """Nor do those whose events were delivered late; a mailbox would drop the second one."""
    ada, ticket, alan = make_agent(), make_ticket(), make_agent("alan", "Alan Turing")
    run_jobs()
    server.messages.clear()
    with hookdesk_app.app_context():
        for agent in (alan, ada, alan):
            tickets.assign(ada, ticket.id, agent.agent_id)
        plugin: Any = site().plugins.get("email_out")
        events = site().hooks.implementations("ticket_changed")
        site().hooks.install("ticket_changed", [Implementation("email_out", _down, ())])
        run_jobs("outbox")
        site().hooks.install("ticket_changed", events)
        assert plugin is not None
    clock.advance(minutes=1)
    run_jobs()
    ids = [header(mail, "Message-ID") for mail in to(server, "alan@helpdesk.example")]
    assert len(ids) == len(set(ids)) == 2


def _down() -> None:
    """A subscriber that fails."""
    raise OSError("down")


def test_a_mail_that_cannot_be_composed_ends_where_an_admin_sees_it(
    hookdesk_app: Flask,
    server: SmtpServer,
    make_ticket: MakeTicket,
    run_jobs: RunJobs,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its attempts are counted, and the mails behind it go out."""
    whole = sending.compose

    def compose(mail: Mail, outside: Envelope, settings: Settings) -> EmailMessage:
        if "broken" in mail.subject:
            raise attachments.NoStorage("no storage backend is switched on")
        return whole(mail, outside, settings)

    monkeypatch.setattr(sending, "compose", compose)
    make_ticket(subject="broken")
    make_ticket(subject="sound", email="alan@example.org")
    for _ in range(Settings().max_attempts):
        run_jobs()
        clock.advance(hours=5)
    assert len(to(server, "alan@example.org")) == 1
    with hookdesk_app.app_context(), site().db.read() as reading:
        mail = reading.scalars(select(Mail).where(Mail.address == "grace@example.org")).one()
        assert (mail.state, mail.error) == ("dead", "NoStorage: no storage backend is switched on")


@pytest.mark.parametrize("address", ["help at desk", "help@desk.example\r\nBcc: eve@example.org"])
def test_what_no_mail_could_be_made_of_is_refused_when_it_is_set(address: str, hookdesk_app: Flask) -> None:
    form = {
        "name": "Help",
        "address": address,
        "port": "587",
        "timeout": "30",
        "connections": "1",
        "security": "starttls",
    }
    with hookdesk_app.test_request_context(method="POST", data=form):
        filled = AccountForm()
        filled.offer()
        assert not filled.validate()
        assert "address" in filled.errors


def test_without_a_server_mail_waits_and_health_says_so(
    hookdesk_app: Flask, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    """A fresh site has no SMTP server; what was promised stays a row."""
    make_ticket()
    run_jobs()
    with hookdesk_app.app_context():
        plugin: Any = site().plugins.get("email_out")
        [health] = plugin.health_checks()
        assert health.state == "warning"
        assert "1 mail waits." in str(health.detail)
        with site().db.read() as reading:
            assert reading.scalars(select(Mail.state)).all() == ["waiting"]


def test_collaborators_get_replies_and_the_author_not_their_own_words(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs, make_agent: MakeAgent
) -> None:
    """A reply goes to owner and collaborators; a collaborator's message to the owner and the agents, not back."""
    make_agent()
    ticket = make_ticket()
    with hookdesk_app.app_context():

        def join(session: Any) -> int:
            user: User = people.ensure_user(session, "alan@example.org", "Alan")
            session.add(Collaborator(ticket_id=ticket.id, user_id=user.id, created_at=moments.now()))
            return user.id

        alan = transact(join)
        run_jobs()
        server.messages.clear()
        actor = actors.requester_actor(alan)
        assert actor is not None
        threads.post(actor, ReplyDraft(ticket_id=ticket.id, kind="message", text="Me too"))
    run_jobs()
    assert {mail.recipients[0] for mail in server.messages} == {"grace@example.org", "ada@helpdesk.example"}


def test_plugins_name_further_people_and_agents_pass_the_guard(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs, make_agent: MakeAgent
) -> None:
    """Somebody outside gets what participants get; an agent is told only of what they may see."""
    ticket, ada, eve = make_ticket(), make_agent(), make_agent("eve", "Eve")
    run_jobs()
    server.messages.clear()
    named = [
        Recipient("auditor@example.org", "Auditor", "auditor"),
        Recipient(eve.email, "Eve", "watcher", agent_id=eve.agent_id),
        Recipient("mallory@helpdesk.example", "Mallory", "watcher", agent_id=999),
    ]
    with hookdesk_app.app_context():
        site().hooks.install("notify_recipients", [Implementation("test", lambda: named, ())])
        threads.post(ada, ReplyDraft(ticket_id=ticket.id, kind="response", text="We bring water."))
        requester = actors.requester_actor(ticket.user_id)
        assert requester is not None
        threads.post(requester, ReplyDraft(ticket_id=ticket.id, kind="message", text="Thanks"))
    run_jobs()
    received = sorted(mail.recipients[0] for mail in server.messages)
    assert received.count("auditor@example.org") == 2
    assert received.count("eve@helpdesk.example") == 1
    assert "mallory@helpdesk.example" not in received


def test_broken_words_fall_back_to_the_default_ones(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    """A typo or an attempt to break out of the sandbox in the admin's template costs no mail."""
    with hookdesk_app.app_context():
        write_words("autoresponse", "{{ number.__class__.__mro__ }}{{ number.nothing }}")
    ticket = make_ticket()
    run_jobs()
    assert f"the number {ticket.number}" in body(to(server, "grace@example.org")[0])


def test_an_assignment_is_told_to_the_agent_but_not_to_oneself(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs, make_agent: MakeAgent
) -> None:
    """Taking a ticket oneself is no news; being given one is."""
    ada, ticket = make_agent(), make_ticket()
    alan = make_agent("alan", "Alan Turing")
    run_jobs()
    server.messages.clear()
    with hookdesk_app.app_context():
        tickets.assign(ada, ticket.id, ada.agent_id)
        tickets.assign(ada, ticket.id, alan.agent_id)
    run_jobs()
    assert [mail.recipients for mail in server.messages] == [("alan@helpdesk.example",)]


def test_header_injection_is_impossible(
    hookdesk_app: Flask, server: SmtpServer, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    """Line ends in a subject or a name do not become headers."""
    make_ticket(subject="Hello\r\nBcc: evil@example.org", name="Eve\nX-Evil: yes")
    run_jobs()
    [mail] = to(server, "grace@example.org")
    assert isinstance(mail.message, Message)
    assert mail.message["Bcc"] is None
    assert mail.message["X-Evil"] is None


def test_the_name_of_a_private_department_goes_to_agents_alone(
    hookdesk_app: Flask, server: SmtpServer, make_agent: MakeAgent, make_ticket: MakeTicket, run_jobs: RunJobs
) -> None:
    """Whatever words the admin writes; a public one may be named to requesters."""
    make_agent()
    with hookdesk_app.app_context():
        write_words("autoresponse", "Now in <{{ department }}>")
        write_words("new_ticket_alert", "Now in <{{ department }}>")
    for is_public in (False, True):
        with hookdesk_app.app_context():
            transact(lambda session, public=is_public: session.execute(update(Department).values(is_public=public)))
        make_ticket()
        run_jobs()
    assert [body(mail).splitlines()[0] for mail in to(server, "grace@example.org")] == ["Now in <>", "Now in <Support>"]
    assert {body(mail).splitlines()[0] for mail in to(server, "ada@helpdesk.example")} == {"Now in <Support>"}
