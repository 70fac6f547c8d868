"""Mails about tasks: formatted where what they tell of is, with its pictures and files."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage, Message

import pytest
from sqlalchemy import select
from tests.servers.smtp import SmtpServer

from hookdesk.api import Actor, InboundFile, Ticket, attachments, reading, release, system
from hookdesk_email_out.accounts.envelope import Envelope
from hookdesk_email_out.compose import compose
from hookdesk_email_out.models import Mail
from hookdesk_email_out.settings import Settings
from hookdesk_tasks import changing, closing, talking
from hookdesk_tasks.guard import TaskView
from hookdesk_tasks.talking import Written

pytestmark = [pytest.mark.plugins("tasks", "email_out", "storage_fs"), pytest.mark.usefixtures("inside")]
MakeTask = Callable[..., TaskView]
BODY = '<div>Press the <strong>red</strong> button:<br><img src="cid:1a2b@inline"></div>'
PICTURE = InboundFile("red.png", "image/png", b"\x89PNG", "1a2b@inline")
TO_GRACE = select(Mail).where(Mail.address == "grace@example.org", Mail.template == "secret")
OUTSIDE = Envelope("help@desk.example", "Help", "")


def mail_to(address: str, settings: Settings | None = None) -> EmailMessage:
    """What goes out to somebody, who gets one mail."""
    release()
    mail = reading().scalars(select(Mail).where(Mail.address == address, Mail.template == "secret")).one()
    return compose(mail, OUTSIDE, settings or Settings())


def part(message: EmailMessage, kind: str) -> str:
    """The text of the one part of a kind that is no attachment."""
    (found,) = (one for one in message.walk() if one.get_content_type() == kind and not one.get_filename())
    return str(found.get_content())


def kinds(message: Message) -> list[str]:
    """The parts of a message."""
    return [one.get_content_type() for one in message.walk()]


@pytest.fixture
def ada(make_agent: Callable[..., Actor]) -> Actor:
    """Who does it all."""
    return make_agent()


@pytest.fixture
def followed(make_task: MakeTask, make_ticket: Callable[..., Ticket], ada: Actor) -> TaskView:
    """A task that Grace follows."""
    make_ticket()
    task = make_task(actor=ada)
    talking.follow(ada, task.id, "grace@example.org")
    return task


def test_a_formatted_update_goes_to_followers_with_its_pictures_and_files(
    followed: TaskView, ada: Actor, run_jobs: Callable[..., int]
) -> None:
    files = (PICTURE, InboundFile("a.txt", "text/plain", b"x"))
    said = Written("update", "Press the red button:", files, tells=True, html=BODY)
    talking.write(ada, followed.id, said)
    run_jobs("outbox")
    message = mail_to("grace@example.org")
    assert kinds(message) == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "text/plain",
    ]  # fmt: skip
    assert part(message, "text/plain").startswith("Press the red button:\n\nAda Lovelace, ")
    shown = part(message, "text/html")
    assert "Press the <strong>red</strong> button:" in shown
    assert 'src="cid:1a2b@inline"' in shown
    assert "<p>Ada Lovelace, " in shown
    picture = next(one for one in message.walk() if one.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<1a2b@inline>"
    small = mail_to("grace@example.org", Settings(attach_bytes=1))
    assert "image/png" not in kinds(small)
    assert "Left out, for they are too large for a mail: red.png, a.txt" in part(small, "text/plain")
    assert "red.png, a.txt" in part(small, "text/html")


def test_what_was_written_plainly_is_mailed_plainly(
    followed: TaskView, ada: Actor, run_jobs: Callable[..., int]
) -> None:
    talking.write(ada, followed.id, Written("update", "It is here.", tells=True))
    run_jobs("outbox")
    assert kinds(mail_to("grace@example.org")) == ["text/plain"]


def test_who_gets_a_task_reads_what_is_to_be_done_with_its_pictures(
    make_task: MakeTask, make_agent: Callable[..., Actor], ada: Actor, run_jobs: Callable[..., int]
) -> None:
    bob = make_agent("bob", "Bob")
    picture = attachments.store(PICTURE)
    task = make_task("A <b> title", actor=ada, description="Press the red button:", html=BODY, files=(picture,))
    run_jobs("outbox")
    changing.assign(ada, task.id, bob.agent_id, None)
    run_jobs("outbox")
    message = mail_to("bob@helpdesk.example")
    assert kinds(message) == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    shown = part(message, "text/html")
    assert "A task is yours or your team" in shown
    assert "A &lt;b&gt; title" in shown
    assert "Press the <strong>red</strong> button:" in shown
    assert f'/agent/tasks/{task.number}" rel=' in shown
    assert "Press the red button:" in part(message, "text/plain")


def test_a_mail_whose_task_is_gone_goes_out_without_its_pictures_and_nothing_stays_once_it_is_out(
    followed: TaskView, ada: Actor, run_jobs: Callable[..., int], smtp_server: SmtpServer
) -> None:
    smtp_server.serve("help@desk.example")
    talking.write(ada, followed.id, Written("update", "Press:", (PICTURE,), tells=True, html=BODY))
    run_jobs("outbox")
    closing.remove(system(), followed.id)
    run_jobs()
    sent = [mail.message for mail in smtp_server.messages if "Press:" in mail.message.as_string()]
    assert [kinds(message) for message in sent] == [["multipart/alternative", "text/plain", "text/html"]]
    release()
    assert [(mail.state, mail.text, mail.html) for mail in reading().scalars(TO_GRACE)] == [("sent", "", "")]
