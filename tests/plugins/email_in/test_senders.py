"""Who a mail is from: what the trusted server found out, what becomes of a forged one, and when an agent's mail is a reply."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select, update
from tests.plugins.email_in.conftest import Send, mail

from hookdesk.api import Actor, Department, IntakeRecord, Role, ThreadEntry, Ticket, reading, references, transact
from hookdesk.testing import Client
from hookdesk_email_in.results import finding
from hookdesk_email_out.models import Mail

pytestmark = pytest.mark.plugins("email_in", "email_out", "storage_fs", "desk")
Fire = tuple[int, str]
Configure = Callable[..., None]
AR, FROM = "Authentication-Results", ("From", "Grace <grace@example.org>")
PASS = "mx.desk.example; dmarc=pass header.from=example.org"
FAIL = "mx.desk.example; spf=fail smtp.mailfrom=evil.example; dmarc=fail (p=none) header.from=example.org"


@pytest.mark.parametrize(
    ("headers", "state"),
    [
        ([(AR, PASS), FROM], "confirmed"),
        ([(AR, "MX.desk.example 1; dkim=pass header.d=example.org; spf=none"), FROM], "confirmed"),
        ([(AR, "mx.desk.example; spf=pass smtp.mailfrom=bounces@example.org"), FROM], "confirmed"),
        ([(AR, "mx.desk.example; dkim=pass header.d=mailer.example"), FROM], "open"),
        (
            [(AR, "mx.desk.example; dkim=pass header.d=example.org; dmarc=fail header.from=example.org"), FROM],
            "refuted",
        ),
        ([(AR, "mx.desk.example; spf=fail smtp.mailfrom=example.org"), FROM], "refuted"),
        ([(AR, "mx.desk.example; none"), FROM], ""),
        ([(AR, "mx.evil.example; dmarc=pass header.from=example.org"), FROM], ""),
        ([FROM], ""),
        ([(AR, PASS), FROM, ("From", "bob@example.org")], "open"),
        ([(AR, PASS), ("From", "grace@example.org, bob@other.example")], "open"),
        ([(AR, "mx.desk.example; dmarc=pass header.from=other.example"), FROM], "open"),
        # several headers of the server's own, one a method
        (
            [(AR, "mx.desk.example; spf=none"), (AR, "mx.desk.example; dkim=pass header.i=@example.org"), FROM],
            "confirmed",
        ),
        # what came with the mail stands below the server's own, or below the trace of its hands
        ([(AR, FAIL), (AR, PASS), FROM], "refuted"),
        ([(AR, "mx.desk.example; spf=none"), ("Received", "from evil"), (AR, PASS), FROM], "open"),
        ([(AR, "(mx.desk.example;) mx.evil.example; dmarc=pass header.from=example.org"), FROM], ""),
    ],
)
def test_only_the_trusted_servers_word_counts(headers: list[tuple[str, str]], state: str) -> None:
    assert finding(headers, ["mx.desk.example"]).state == state
    assert finding(headers, []).state == ""


@pytest.mark.parametrize(
    ("policy", "outcome"), [("show", "ticket"), ("quarantine", "quarantined"), ("reject", "rejected")]
)
def test_a_forged_sender_fares_as_the_mailbox_says(
    send: Send, configure: Configure, state_policy: Configure, policy: str, outcome: str
) -> None:
    configure(trusted_servers=("mx.desk.example",))
    state_policy(spoofed=policy)
    forged = send(mail(Authentication_Results=FAIL), recipient="help@desk.example")
    assert forged.outcome == outcome
    assert policy == "show" or "dmarc=fail (example.org)" in forged.reason
    assert send(mail(Authentication_Results=PASS), recipient="help@desk.example").outcome == "ticket"


def test_who_forges_a_participant_cannot_guess_a_number(
    hookdesk_app: Flask, send: Send, fire: Fire, configure: Configure
) -> None:
    configure(trusted_servers=("mx.desk.example",))
    with hookdesk_app.app_context():
        number = reading().scalar(select(Ticket.number).where(Ticket.id == fire[0]))
    assert send(mail("a", Subject=f"#{number}", Authentication_Results=FAIL)).outcome == "ticket"
    assert send(mail("b", Subject=f"#{number}", Authentication_Results=PASS)).ticket_id == fire[0]


@pytest.fixture
def answer_by_mail(hookdesk_app: Flask, send: Send, fire: Fire, configure: Configure) -> Callable[..., IntakeRecord]:
    """`answer_by_mail(department_wants, result, sender=…)`: what becomes of a mail from ada's address on Grace's ticket."""

    def answer(
        wants: bool = True, result: str = "pass", sender: str = "ada@helpdesk.example", **more: str
    ) -> IntakeRecord:
        configure(trusted_servers=("mx.desk.example",))
        with hookdesk_app.app_context():
            transact(lambda session: session.execute(update(Department).values(replies_by_mail=wants)))
        told = f"mx.desk.example; dmarc={result} header.from=helpdesk.example"
        return send(mail("We come.", sender=sender, In_Reply_To=f"<{fire[1]}>", Authentication_Results=told, **more))

    return answer


def kind_of(app: Flask, record: IntakeRecord) -> str:
    with app.app_context():
        return str(reading().scalar(select(ThreadEntry.kind).where(ThreadEntry.id == record.entry_id)))


def test_an_agents_mail_is_a_reply_where_the_department_wants_that(
    hookdesk_app: Flask,
    make_agent: Callable[..., Actor],
    answer_by_mail: Callable[..., IntakeRecord],
    run_jobs: Callable[..., int],
) -> None:
    """It is the agent's in all that follows: the requester gets it under their name."""
    agent = make_agent()
    record = answer_by_mail()
    assert kind_of(hookdesk_app, record) == "response"
    with hookdesk_app.app_context():
        run_jobs()
        entry = reading().scalars(select(ThreadEntry).where(ThreadEntry.id == record.entry_id)).one()
        assert (entry.agent_id, entry.author) == (agent.agent_id, agent.name)
        sent = reading().scalars(select(Mail).where(Mail.entry_id == record.entry_id, Mail.template == "reply")).one()
        assert (sent.address, "We come." in sent.text, sent.auto) == ("grace@example.org", True, "")


@pytest.mark.parametrize(("wants", "result"), [(False, "pass"), (True, "fail"), (True, "none"), (True, "temperror")])
def test_an_agents_mail_is_a_note_unless_it_is_proven_and_wanted(
    hookdesk_app: Flask,
    make_agent: Callable[..., Actor],
    answer_by_mail: Callable[..., IntakeRecord],
    wants: bool,
    result: str,
) -> None:
    """Who forges an agent's address makes no public reply."""
    make_agent()
    assert kind_of(hookdesk_app, answer_by_mail(wants, result)) == "note"


def test_without_a_trusted_server_nothing_is_proven(
    hookdesk_app: Flask,
    make_agent: Callable[..., Actor],
    answer_by_mail: Callable[..., IntakeRecord],
    configure: Configure,
    send: Send,
) -> None:
    """The header that a mail brings along proves nothing."""
    make_agent()
    answer_by_mail()
    configure(trusted_servers=())
    ours = our_id(hookdesk_app)
    proof = "mx.desk.example; dmarc=pass header.from=helpdesk.example"
    record = send(mail("No.", sender="ada@helpdesk.example", In_Reply_To=f"<{ours}>", Authentication_Results=proof))
    assert kind_of(hookdesk_app, record) == "note"


def our_id(app: Flask) -> str:
    """The id of a mail of ours about the first ticket."""
    with app.app_context():
        return references.message_id(1, 1, "a1e1", "desk.example")


def test_an_agent_who_may_not_reply_there_leaves_a_note(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], answer_by_mail: Callable[..., IntakeRecord]
) -> None:
    make_agent()
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Role).values(permissions=["ticket.note"])))
    assert kind_of(hookdesk_app, answer_by_mail()) == "note"


def test_an_agents_automatic_mail_is_no_reply(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], answer_by_mail: Callable[..., IntakeRecord]
) -> None:
    make_agent()
    assert kind_of(hookdesk_app, answer_by_mail(Auto_Submitted="auto-replied")) == "note"


def test_an_agents_mail_about_nothing_opens_a_ticket(send: Send, make_agent: Callable[..., Actor]) -> None:
    """As anybody's."""
    make_agent()
    assert send(mail(sender="ada@helpdesk.example")).outcome == "ticket"


def test_the_thread_says_who_is_not_proven_and_who_is_no_participant(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_agent: Callable[..., Actor],
    send: Send,
    fire: Fire,
    configure: Configure,
) -> None:
    """Agents see it at the entry; where no server looks, nothing is said of proof."""
    configure(trusted_servers=("mx.desk.example",))
    unknown = "mx.desk.example; spf=none smtp.mailfrom=evil.example; dmarc=none header.from=evil.example"
    answers = {"In_Reply_To": f"<{fire[1]}>"}
    send(mail("forged", Authentication_Results=FAIL, **answers))
    send(mail("proven", Authentication_Results=PASS, **answers))
    send(mail("new here", sender="Eve <eve@evil.example>", Authentication_Results=unknown, **answers))
    with hookdesk_app.app_context():
        number = reading().scalar(select(Ticket.number).where(Ticket.id == fire[0]))
    hookdesk_client.sign_in(make_agent(is_admin=True))
    shown = LexborHTMLParser(hookdesk_client.get(f"/agent/tickets/{number}").data).css(".entry-head")
    told = [[badge.text(strip=True).partition(":")[0] for badge in head.css(".badge")] for head in shown]
    assert told == [[], ["Forged sender?"], [], ["Takes no part in this ticket", "Not verified"]]
    assert ["Participant" in head.text() for head in shown] == [False] * 4
    assert "spf=fail (evil.example); dmarc=fail (example.org)" in shown[1].html
