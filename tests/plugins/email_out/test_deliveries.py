"""What became of each mail: on the ticket's page, after a bounce, by a link to a file, and when somebody leaves."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from tests.servers.smtp import SmtpServer

from hookdesk.api import (
    Actor,
    InboundFile,
    ReplyDraft,
    Ticket,
    clock,
    emit,
    participants,
    reading,
    site,
    system,
    threads,
    transact,
)
from hookdesk.models import Collaborator
from hookdesk.testing import Client
from hookdesk.testing.instances import Clock
from hookdesk_email_out import bounces
from hookdesk_email_out.accounts import store
from hookdesk_email_out.models import Bouncing, Mail
from hookdesk_email_out.settings import Settings

pytestmark = [
    pytest.mark.plugins("email_out", "storage_fs", "desk", "portal", "directory", "admin"),
    pytest.mark.requires("desk", "portal"),
]
Make = Callable[..., Any]
REQUESTER = "grace@example.org"


@pytest.fixture
def replied(
    hookdesk_app: Flask, smtp_server: SmtpServer, make_agent: Make, make_ticket: Make, run_jobs: Make
) -> tuple[Actor, Ticket]:
    """A ticket with a reply that was mailed."""
    with hookdesk_app.app_context():
        smtp_server.serve("help@desk.example", is_plus=True)
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="response", text="We bring water."))
    run_jobs()
    return agent, ticket


def came_back(app: Flask, server: SmtpServer, run_jobs: Make, **more: Any) -> None:
    """A report about the newest mail to the requester comes in."""
    sent = [mail for mail in server.messages if mail.recipients == (REQUESTER,)][-1]
    data = {
        "intake_id": 1, "ticket_id": None, "entry_id": None, "address": REQUESTER, "status": "5.1.1", "words": "No such user",
        "message_id": "", "final": True, "mailbox": sent.sender, **more,
    }  # fmt: skip
    with app.app_context():
        transact(lambda session: emit(session, "delivery_failed", data))
    run_jobs()


def state(app: Flask) -> tuple[str, str]:
    """State and words of the newest mail to the requester."""
    with app.app_context():
        row = reading().first(select(Mail.state, Mail.error).where(Mail.address == REQUESTER).order_by(Mail.id.desc()))
    assert row is not None
    return row.state, row.error


def test_a_bounce_marks_the_entry_and_tells_the_agent_who_wrote(
    hookdesk_app: Flask, smtp_server: SmtpServer, replied: tuple[Actor, Ticket], hookdesk_client: Client, run_jobs: Make
) -> None:
    agent, ticket = replied
    hookdesk_client.sign_in(agent)
    assert ">Sent<" in hookdesk_client.get(f"/agent/tickets/{ticket.number}").text
    came_back(hookdesk_app, smtp_server, run_jobs)
    came_back(hookdesk_app, smtp_server, run_jobs)
    assert state(hookdesk_app) == ("bounced", "5.1.1 No such user")
    page = hookdesk_client.get(f"/agent/tickets/{ticket.number}").text
    assert "Not delivered" in page
    [url] = set(re.findall(r'href="(/agent/tickets/[^"]+/mail)"', page)) - {""}
    listed = hookdesk_client.get(url).text
    assert "5.1.1 No such user" in listed
    notices = [mail for mail in smtp_server.messages if mail.recipients == ("ada@helpdesk.example",)]
    assert any("did not reach everybody" in mail.raw.decode() for mail in notices)
    again = re.search(r'action="([^"]+/mail/\d+)"', listed)
    assert again is not None
    hookdesk_client.submit(url, to=again.group(1))
    run_jobs()
    assert state(hookdesk_app) == ("sent", "")


@pytest.mark.parametrize(
    "claim",
    [{"mailbox": "help+1.aaaaaaaaaaaaaaaa@desk.example"}, {"mailbox": "", "message_id": "made.up@desk.example"}],
)
def test_a_report_that_knows_no_mail_of_ours_marks_none(
    hookdesk_app: Flask, smtp_server: SmtpServer, replied: tuple[Actor, Ticket], run_jobs: Make, claim: dict[str, str]
) -> None:
    came_back(hookdesk_app, smtp_server, run_jobs, **claim)
    assert state(hookdesk_app)[0] == "sent"


def test_a_delay_is_told_and_no_bounce(
    hookdesk_app: Flask, smtp_server: SmtpServer, replied: tuple[Actor, Ticket], run_jobs: Make
) -> None:
    came_back(hookdesk_app, smtp_server, run_jobs, final=False, status="4.4.1", words="Still trying")
    assert state(hookdesk_app) == ("sent", "4.4.1 Still trying")


def test_an_address_is_marked_after_some_bounces_until_somebody_writes_from_it(
    hookdesk_app: Flask, smtp_server: SmtpServer, replied: tuple[Actor, Ticket], hookdesk_client: Client, run_jobs: Make
) -> None:
    agent, ticket = replied
    came_back(hookdesk_app, smtp_server, run_jobs)
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Bouncing).values(count=bounces.MARKED_AFTER)) and None)
    hookdesk_client.sign_in(agent)
    assert "Mail comes back" in hookdesk_client.get(f"/agent/tickets/{ticket.number}").text
    with hookdesk_app.app_context():
        bounces.heard_from(ticket.user_id)
        assert reading().scalar(select(Bouncing.address)) is None


def test_on_a_users_page_somebody_says_that_an_address_works_again(
    hookdesk_app: Flask,
    smtp_server: SmtpServer,
    replied: tuple[Actor, Ticket],
    hookdesk_client: Client,
    make_agent: Make,
    run_jobs: Make,
) -> None:
    _agent, ticket = replied
    came_back(hookdesk_app, smtp_server, run_jobs)
    hookdesk_client.sign_in(make_agent("zoe", is_admin=True))
    page = f"/agent/people/{ticket.user_id}"
    assert "5.1.1 No such user" in hookdesk_client.get(page).text

    def press(address: str) -> int:
        return hookdesk_client.submit(page, {"address": address}, to=f"{page}/works-again").status_code

    assert press("others@example.org") == 404
    assert press(REQUESTER) == 200
    assert "5.1.1 No such user" not in hookdesk_client.get(page).text
    with hookdesk_app.app_context():
        assert reading().scalar(select(Bouncing.address)) is None


def test_what_was_tried_in_vain_is_told_apart_from_what_is_new_and_by_account(
    hookdesk_app: Flask, replied: tuple[Actor, Ticket], hookdesk_client: Client, make_agent: Make
) -> None:
    with hookdesk_app.app_context():
        here = store.default()
        assert here is not None
        other = store.save(system(), store.Values(name="Sales", address="sales@desk.example", host="smtp.example"))
        for subject, attempts, account in (("First", 0, None), ("Second", 2, here.id), ("Third", 1, other)):
            row = {"key": subject, "template": "reply", "address": REQUESTER, "text": "", "message_id": subject}
            times = {"created_at": clock.now(), "due_at": clock.now()}
            mail = Mail(**row, **times, subject=subject, attempts=attempts, account_id=account)
            transact(lambda session, mail=mail: session.add(mail))
    hookdesk_client.sign_in(make_agent("zoe", is_admin=True))

    def shown(query: str) -> list[str]:
        page = hookdesk_client.get(f"/admin/mail/?{query}").text
        return [subject for subject in ("First", "Second", "Third") if f">{subject}<" in page]

    assert shown("state=waiting") == ["First"]
    assert shown("state=deferred") == ["Second", "Third"]
    assert shown(f"state=deferred&account={other}") == ["Third"]
    assert shown(f"state=waiting&account={here.id}") == ["First"], "what has no account leaves by the default one"


def test_a_file_too_large_for_a_mail_is_a_link_for_whoever_may_see_the_ticket(
    hookdesk_app: Flask,
    smtp_server: SmtpServer,
    replied: tuple[Actor, Ticket],
    hookdesk_client: Client,
    run_jobs: Make,
    clock: Clock,
) -> None:
    """It ends, and it ends at once for whom the ticket was taken from."""
    agent, ticket = replied
    with hookdesk_app.app_context():
        site().settings.save("email_out", Settings, {"attach_bytes": 10}, system())
        files = (InboundFile("plan ü.txt", "text/plain", b"much more than ten bytes"),)
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="response", text="See the file.", files=files))
    run_jobs()
    message = smtp_server.messages[-1].message
    payload = next(part for part in message.walk() if part.get_content_type() == "text/plain").get_payload(decode=True)
    assert isinstance(payload, bytes)
    found = re.search(r"plan ü.txt: http://[^/]+(/mail/files/\S+)", payload.decode())
    assert found is not None
    assert hookdesk_client.get(found.group(1)).data == b"much more than ten bytes"
    forged = found.group(1).replace("/mail/files/", "/mail/files/1")
    assert hookdesk_client.get(forged).status_code == 404
    clock.advance(days=31)
    assert hookdesk_client.get(found.group(1)).status_code == 404
    clock.advance(days=-31)
    with hookdesk_app.app_context():
        participants.change_owner(system(), ticket.id, "alan@example.org", "Alan")
    assert hookdesk_client.get(found.group(1)).status_code == 404


def test_a_collaborator_leaves_with_one_click_and_the_requester_is_not_asked_to(
    hookdesk_app: Flask, smtp_server: SmtpServer, replied: tuple[Actor, Ticket], hookdesk_client: Client, run_jobs: Make
) -> None:
    agent, ticket = replied
    with hookdesk_app.app_context():
        participants.add_collaborator(system(), ticket.id, "alan@example.org", "Alan")
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="response", text="Both of you: hello."))
    run_jobs()
    mails = {mail.recipients[0]: mail.message for mail in smtp_server.messages}
    assert mails[REQUESTER]["List-Unsubscribe"] is None
    assert mails["alan@example.org"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.search(
        r"<http://[^/]+(/mail/leave/[^>]+)>", re.sub(r"\s", "", str(mails["alan@example.org"]["List-Unsubscribe"]))
    )
    assert link is not None
    assert hookdesk_client.get(link.group(1)).status_code == 200
    assert followed(hookdesk_app) == [True]
    assert hookdesk_client.post(link.group(1) + "x", data={"List-Unsubscribe": "One-Click"}).status_code == 404
    assert hookdesk_client.post(link.group(1), data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert followed(hookdesk_app) == [False]


def followed(app: Flask) -> list[bool]:
    """Which collaborators get mail."""
    with app.app_context():
        return list(reading().scalars(select(Collaborator.is_active)))
