"""Which account a mail leaves by, what happens while one does not work, and that nothing is lost or doubled by it."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from tests.servers.smtp import Received, SmtpServer

from hookdesk.api import AccessToken, ReplyDraft, directory, reading, site, system, threads, transact
from hookdesk.db import sqlite
from hookdesk.models import Department
from hookdesk.testing import Client
from hookdesk.testing.instances import Clock
from hookdesk_email_out import sending, smtp
from hookdesk_email_out.accounts import choosing, store
from hookdesk_email_out.accounts.envelope import mail_of
from hookdesk_email_out.models import Account, Mail
from hookdesk_email_out.settings import Settings
from hookdesk_topics import services as topics

pytestmark = [pytest.mark.plugins("email_out", "storage_fs", "admin"), pytest.mark.requires("admin")]
Make = Callable[..., Any]
REQUESTER = "grace@example.org"


@pytest.fixture
def first(hookdesk_app: Flask, smtp_server: SmtpServer) -> SmtpServer:
    """The server of the default account."""
    with hookdesk_app.app_context():
        smtp_server.serve("help@desk.example")
    return smtp_server


@pytest.fixture
def second() -> Iterator[SmtpServer]:
    """A server for a further account."""
    made = SmtpServer()
    made.start()
    yield made
    made.stop()


def billing(app: Flask, server: SmtpServer, **more: Any) -> int:
    """An account of the department that tickets are in."""
    with app.app_context():
        account_id = server.serve("billing@money.example", **more)
        department_id = reading().scalar(select(Department.id).where(Department.is_default))
        directory.set_department_refs(system(), department_id, mail_account_ref=store.ref_of(account_id))
    return account_id


def told(app: Flask) -> list[tuple[str, str, int]]:
    """Address, state and attempts of each mail."""
    with app.app_context():
        rows = reading().all(select(Mail.address, Mail.state, Mail.attempts).order_by(Mail.id))
    return [tuple(row) for row in rows]


def to(server: SmtpServer, address: str = REQUESTER) -> list[Received]:
    """What a server was given for somebody."""
    return [mail for mail in server.messages if mail.recipients == (address,)]


def test_a_departments_mail_leaves_by_its_account_and_alerts_by_theirs(
    hookdesk_app: Flask, first: SmtpServer, second: SmtpServer, make_agent: Make, make_ticket: Make, run_jobs: Make
) -> None:
    make_agent()
    billing(hookdesk_app, second)
    make_ticket()
    run_jobs()
    [confirmation], [alert] = to(second), to(first, "ada@helpdesk.example")
    assert str(confirmation.message["From"]).endswith("<billing@money.example>")
    assert confirmation.sender == "billing@money.example"
    assert str(confirmation.message["Message-ID"]).endswith("@money.example>")
    assert str(alert.message["From"]).endswith("<help@desk.example>")


@pytest.mark.plugins("topics", "email_out", "storage_fs", "admin")
@pytest.mark.requires("topics", "admin")
def test_a_topics_account_comes_before_its_departments(
    hookdesk_app: Flask,
    first: SmtpServer,
    second: SmtpServer,
    make_agent: Make,
    make_ticket: Make,
    run_jobs: Make,
    hookdesk_client: Client,
) -> None:
    """As the topic's page says; who takes the account off there, or out of use, has the department's again."""
    billing(hookdesk_app, second)
    with hookdesk_app.app_context():
        topic = topics.save(system(), topics.Values(name="Sales"))
        sales = second.serve("sales@desk.example")
    hookdesk_client.sign_in(make_agent("root", "Rosa", is_admin=True))

    def sender_of(person: str) -> str:
        make_ticket(email=person, topic=f"topics:{topic}")
        run_jobs()
        [mail] = to(second, person)
        return mail.sender

    page, choose = f"/admin/topics/{topic}", f"/admin/topics/topics:{topic}/account"
    assert sender_of("a@example.org") == "billing@money.example"
    hookdesk_client.submit(page, {"account": store.ref_of(sales)}, to=choose)
    assert sender_of("b@example.org") == "sales@desk.example"
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Account).where(Account.id == sales).values(is_active=False)))
    assert sender_of("c@example.org") == "billing@money.example"
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Account).where(Account.id == sales).values(is_active=True)))
    hookdesk_client.submit(page, {"account": ""}, to=choose)
    assert sender_of("d@example.org") == "billing@money.example"


def test_an_agent_writes_from_an_address_that_is_offered_and_no_other(
    hookdesk_app: Flask, first: SmtpServer, second: SmtpServer, make_agent: Make, make_ticket: Make, run_jobs: Make
) -> None:
    agent, ticket = make_agent(), make_ticket()
    run_jobs()
    with hookdesk_app.app_context():
        sales = second.serve("sales@desk.example")
        boss = second.serve("boss@desk.example", is_offered=False)
        view = threads.access_ticket(agent, ticket.id)
        assert [one.label for one in choosing.offered(view)] == ["help@desk.example", "sales@desk.example"]
        for account_id in (sales, boss):
            draft = ReplyDraft(ticket_id=ticket.id, kind="response", text="Hello", sender=store.ref_of(account_id))
            threads.post(agent, draft)
    run_jobs()
    assert [str(mail.message["From"]) for mail in to(second)] == ['"Ada Lovelace (Hookdesk)" <sales@desk.example>']
    assert len(to(first)) == 2  # the confirmation, and what was to come from the boss


def test_a_server_that_hangs_holds_up_no_other_account_and_nothing_is_sent_twice(
    hookdesk_app: Flask,
    first: SmtpServer,
    second: SmtpServer,
    make_agent: Make,
    make_ticket: Make,
    run_jobs: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The default account's mail is out before the other one's server has said a word; the job comes back meanwhile."""
    make_agent()
    billing(hookdesk_app, second)
    second.fail_at("RCPT", "hang")
    make_ticket()
    run_jobs("outbox")
    with hookdesk_app.app_context():
        settings = site().settings.get("email_out", Settings)
        monkeypatch.setattr(sending, "SLICE_S", 0.5)
        sending.send_due(settings)
        assert len(first.wait_for(1)) == 1
        assert second.messages == []
        sending.send_due(settings)  # does not open a second line
        second.go_on()
        second.wait_for(1)
        monkeypatch.setattr(sending, "SLICE_S", 5.0)
        while sending.send_due(settings):
            pass
    assert sorted(state for _address, state, _attempts in told(hookdesk_app)) == ["sent", "sent"]
    assert len(second.messages) == 1


@pytest.mark.plugins("email_in", "email_out", "storage_fs", "admin")
def test_that_an_account_has_stopped_is_told_over_another_one(
    hookdesk_app: Flask,
    first: SmtpServer,
    second: SmtpServer,
    make_agent: Make,
    make_ticket: Make,
    run_jobs: Make,
    clock: Clock,
) -> None:
    """Once, with the server's words; and once more when it works again."""
    make_agent("root", "Rosa", is_admin=True)
    with hookdesk_app.app_context():
        second.serve("spare@desk.example")
    make_ticket()
    first.refuse("421 4.3.2 Closed for repairs", times=4)
    for _round in range(8):
        run_jobs()
        clock.advance(minutes=30)
    [stopped] = to(second, "root@helpdesk.example")
    assert stopped.message["Subject"] == "Hookdesk: SMTP help@desk.example has stopped"
    assert "Closed for repairs" in str(stopped.message.get_payload())
    subjects = [str(mail.message["Subject"]) for mail in to(first, "root@helpdesk.example")]
    assert subjects.count("Hookdesk: SMTP help@desk.example works again") == 1


@pytest.mark.parametrize("is_relay", [True, False])
def test_the_default_account_stands_in_for_one_that_is_away(
    hookdesk_app: Flask,
    first: SmtpServer,
    second: SmtpServer,
    make_ticket: Make,
    run_jobs: Make,
    clock: Clock,
    is_relay: bool,
) -> None:
    """After the second failure. The sender is kept where the server takes others; else answers go to it. Its own mails cost no attempt."""
    billing(hookdesk_app, second)
    second.stop()
    if is_relay:
        with hookdesk_app.app_context():
            own = store.default()
            assert own is not None
            given = {name: getattr(own, name) for name in store.STATED}
            store.save(system(), store.Values(**{**given, "is_relay": True}), own.id)
    make_ticket()
    run_jobs()
    assert told(hookdesk_app) == [(REQUESTER, "waiting", 0)]
    clock.advance(minutes=1)
    run_jobs()
    run_jobs()
    [mail] = to(first)
    assert mail.sender == "help@desk.example"
    if is_relay:
        assert str(mail.message["From"]) == "Hookdesk <billing@money.example>"
        assert str(mail.message["Sender"]) == "help@desk.example"
    else:
        assert str(mail.message["From"]) == "Hookdesk <help@desk.example>"
        assert str(mail.message["Reply-To"]) == "billing@money.example"
    assert told(hookdesk_app) == [(REQUESTER, "sent", 1)]


def test_no_more_mails_leave_in_a_minute_than_an_account_may_send(
    hookdesk_app: Flask, smtp_server: SmtpServer, make_ticket: Make, run_jobs: Make, clock: Clock
) -> None:
    with hookdesk_app.app_context():
        smtp_server.serve("help@desk.example", per_minute=2, connections=2)
    for number in range(5):
        make_ticket(email=f"person{number}@example.org")
    run_jobs()
    assert len(smtp_server.messages) == 2
    clock.advance(minutes=1)
    run_jobs()
    assert len(smtp_server.messages) == 4


@pytest.mark.parametrize("connections", [1, 2])
def test_mails_share_as_many_connections_as_an_account_may_have(
    hookdesk_app: Flask,
    smtp_server: SmtpServer,
    make_ticket: Make,
    run_jobs: Make,
    monkeypatch: pytest.MonkeyPatch,
    connections: int,
) -> None:
    opened: list[object] = []
    connect = smtp.connect

    def counted(account: Any) -> Any:
        opened.append(account)
        return connect(account)

    monkeypatch.setattr(sending, "SLICE_S", 60.0)  # one run, however busy the machine is
    monkeypatch.setattr(smtp, "connect", counted)
    with hookdesk_app.app_context():
        smtp_server.serve("help@desk.example", connections=connections)
    for number in range(6):
        make_ticket(email=f"person{number}@example.org")
    run_jobs("outbox", "email_out.send")
    assert (len(smtp_server.messages), len(opened)) == (6, connections)


def test_a_clock_that_is_set_back_holds_up_no_mail(
    hookdesk_app: Flask, first: SmtpServer, make_ticket: Make, run_jobs: Make, clock: Clock
) -> None:
    """Mails that were made or put off before, and an account at rest, would wait until the clock is there again."""
    clock.advance(days=40)
    for person in ("early", "late"):
        make_ticket(email=f"{person}@example.org")
    run_jobs("outbox")
    with hookdesk_app.app_context():
        deferred = (
            update(Mail).where(Mail.address == "late@example.org").values(created_at=clock.now - timedelta(days=50))
        )
        transact(lambda session: session.execute(deferred))
        transact(lambda session: session.execute(update(Account).values(away_until=clock.now + timedelta(minutes=1))))
    clock.advance(days=-40)
    run_jobs("email_out.send")
    assert to(first, "early@example.org")
    assert to(first, "late@example.org")


def test_a_token_signs_in_and_one_that_is_refused_is_renewed_once(
    hookdesk_app: Flask, smtp_tls_server: SmtpServer, make_ticket: Make, run_jobs: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(smtp_tls_server.certificate))
    smtp_tls_server.token = "fresh"
    asked: list[tuple[str, bool]] = []

    def access_token(ref: str, *, renew: bool = False) -> AccessToken:
        asked.append((ref, renew))
        return AccessToken("help@desk.example", "fresh" if renew else "stale", None)

    monkeypatch.setattr(smtp.tokens, "access_token", access_token)
    with hookdesk_app.app_context():
        smtp_tls_server.serve("help@desk.example", security="starttls", token_ref="mail_oauth:1")
    make_ticket()
    run_jobs()
    (mail,) = to(smtp_tls_server)
    assert (mail.login, mail.tls) == ("help@desk.example", True)
    assert asked[:2] == [("mail_oauth:1", False), ("mail_oauth:1", True)]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("fault", ["451 4.3.0 later", "die"])
def test_a_fault_at_any_stage_loses_nothing_and_doubles_nothing_of_ours(
    hookdesk_app: Flask, first: SmtpServer, make_ticket: Make, run_jobs: Make, clock: Clock, stage: str, fault: str
) -> None:
    """The mail is sent once the server is well. If it died (or said "later") after it had taken the message, the world sees it twice."""
    first.fail_at(stage, fault)
    make_ticket()
    run_jobs()
    assert told(hookdesk_app) == [(REQUESTER, "waiting", 1)]
    clock.advance(minutes=2)
    run_jobs()
    assert told(hookdesk_app) == [(REQUESTER, "sent", 2)]
    assert len(to(first)) == (2 if stage == "DATA" else 1)


def test_a_server_that_hangs_over_a_mail_is_left_and_asked_again(
    hookdesk_app: Flask,
    smtp_server: SmtpServer,
    make_ticket: Make,
    run_jobs: Make,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has kept the mail already: nothing is lost, the site has it once, and the world at most once for each attempt."""
    with hookdesk_app.app_context():
        smtp_server.serve("help@desk.example")
    smtp_server.fail_at("DATA", "hang")
    hand_over = smtplib.SMTP.data

    def impatient(server: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
        answers, read = count(), server.getreply

        def answer() -> tuple[int, bytes]:
            if next(answers):  # the first one says that the mail may come
                smtp_server.wait_for(1)
                assert server.sock is not None
                server.sock.settimeout(0.1)
            return read()

        monkeypatch.setattr(server, "getreply", answer)
        return hand_over(server, content)

    make_ticket()
    with monkeypatch.context() as patched:
        patched.setattr(smtplib.SMTP, "data", impatient)
        run_jobs()
    assert told(hookdesk_app) == [(REQUESTER, "waiting", 1)]
    with hookdesk_app.app_context():
        assert "timed out" in str(reading().scalar(select(Mail.error)))
    smtp_server.go_on()
    clock.advance(minutes=2)
    run_jobs()
    assert told(hookdesk_app) == [(REQUESTER, "sent", 2)]
    assert len(to(smtp_server)) == 2


def test_a_database_that_locks_when_a_mail_is_out_is_told_of_it_later(
    hookdesk_app: Flask,
    first: SmtpServer,
    make_ticket: Make,
    run_jobs: Make,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The site has each mail once, in the end as sent. The world sees the one twice that nobody could note, and no other."""
    for person in ("a", "b"):
        make_ticket(email=f"{person}@example.org")
    run_jobs("outbox")
    with hookdesk_app.app_context():
        engine = site().db.write_engine
    with monkeypatch.context() as patched, engine.connect() as other:

        def lock(_point: str) -> None:
            patched.setattr(sqlite, "BUSY_TIMEOUT_MS", 0)
            other.begin()

        patched.setattr(sending, "crash_point", lock)
        with pytest.raises(OperationalError, match="locked"):
            run_jobs("email_out.send")
    assert [(state, attempts) for _address, state, attempts in told(hookdesk_app)] == [("sending", 1), ("waiting", 0)]
    clock.advance(minutes=6)
    run_jobs()
    assert [(state, attempts) for _address, state, attempts in told(hookdesk_app)] == [("sent", 2), ("sent", 1)]
    assert sorted(mail.recipients[0][0] for mail in first.messages) == ["a", "a", "b"]


@pytest.mark.parametrize(("stage", "state"), [("MAIL", "waiting"), ("RCPT", "dead"), ("DATA", "dead")])
def test_a_refusal_ends_the_mail_unless_it_is_of_the_sender(
    hookdesk_app: Flask, first: SmtpServer, make_ticket: Make, run_jobs: Make, stage: str, state: str
) -> None:
    first.fail_at(stage, "550 5.7.1 no")
    make_ticket()
    run_jobs()
    assert told(hookdesk_app) == [(REQUESTER, state, 1)]
    with hookdesk_app.app_context():
        assert reading().scalar(select(Mail.error)) == "550 5.7.1 no"


def test_a_certificate_that_is_not_trusted_is_an_error_of_the_account(
    hookdesk_app: Flask, smtp_tls_server: SmtpServer, make_ticket: Make, run_jobs: Make
) -> None:
    """Nothing is sent in the clear, and no mail is to blame."""
    with hookdesk_app.app_context():
        smtp_tls_server.serve("help@desk.example", security="starttls", username=USER, password="let me in")
    make_ticket()
    run_jobs()
    assert told(hookdesk_app) == [(REQUESTER, "waiting", 0)]
    with hookdesk_app.app_context():
        account = store.default()
        assert account is not None
        assert (account.failures, "CERTIFICATE_VERIFY_FAILED" in account.error) == (1, True)
        assert "let me in" not in account.password


def test_mails_come_back_to_an_address_that_names_them(
    hookdesk_app: Flask, smtp_server: SmtpServer, make_ticket: Make, run_jobs: Make
) -> None:
    """And a forged one names none."""
    with hookdesk_app.app_context():
        smtp_server.serve("help@desk.example", return_address="bounce@desk.example", is_plus=True)
    make_ticket()
    run_jobs()
    [mail] = to(smtp_server)
    assert mail.sender.startswith("bounce+")
    with hookdesk_app.app_context():
        assert mail_of(mail.sender) == reading().scalar(select(Mail.id))
        assert mail_of(mail.sender.replace("+", "+1")) is None
        assert mail_of("help@desk.example") is None


def test_the_test_mail_shows_what_was_said_and_no_password(
    hookdesk_app: Flask,
    smtp_tls_server: SmtpServer,
    make_agent: Make,
    hookdesk_client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(smtp_tls_server.certificate))
    with hookdesk_app.app_context():
        account_id = smtp_tls_server.serve(
            "help@desk.example", security="starttls", username=USER, password="let me in"
        )
    hookdesk_client.sign_in(make_agent(is_admin=True))
    page = hookdesk_client.submit(
        f"/admin/mail/accounts/{account_id}", {"to": "root@example.org"}, to=f"/admin/mail/accounts/{account_id}/test"
    )
    assert "250 2.0.0 Kept" in page.text.replace("b&#39;", "")
    assert "let me in" not in page.text
    assert len(to(smtp_tls_server, "root@example.org")) == 1


def test_an_account_is_kept_as_it_was_stated_and_its_password_sealed(
    hookdesk_app: Flask, make_agent: Make, hookdesk_client: Client
) -> None:
    """The form keeps a password that is left empty, and shows none."""
    hookdesk_client.sign_in(make_agent(is_admin=True))
    form = {
        "name": "Help", "address": "Help@Desk.example", "host": "mail.desk.example", "port": "465", "security": "tls", "username": "help",
        "password": "hunter2hunter2", "timeout": "20", "connections": "2", "is_active": "y", "is_offered": "y",
    }  # fmt: skip
    hookdesk_client.submit("/admin/mail/accounts/new", form)
    with hookdesk_app.app_context():
        account = store.default()
        assert account is not None
        sealed, account_id = account.password, account.id
        assert site().keys.opened(sealed) == "hunter2hunter2" not in sealed
    page = hookdesk_client.submit(f"/admin/mail/accounts/{account_id}", {**form, "password": "", "name": "Helpers"})
    assert "hunter2" not in page.text
    with hookdesk_app.app_context():
        again = store.default()
        assert again is not None
        assert (again.name, again.password, again.is_default) == ("Helpers", sealed, True)
        with pytest.raises(store.AccountProblem):
            store.remove(system(), account_id)


USER = "hookdesk"
