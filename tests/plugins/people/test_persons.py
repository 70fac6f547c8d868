"""Users are merged, given out, erased, deleted and banned: everything moves or goes, and plugins are told before rows are gone."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import column, func, select, table, update

from hookdesk import clock as now_clock
from hookdesk.api import NotificationHooks
from hookdesk.models import (
    Agent,
    Attachment,
    Collaborator,
    Delivery,
    IntakeRecord,
    Organization,
    SignInSession,
    SystemLog,
    ThreadEntry,
    Ticket,
    Token,
    User,
    UserEmail,
    metadata,
)
from hookdesk.services import sessions, users
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.testing import Client, Clock
from hookdesk.types.actors import Actor
from hookdesk.types.intake import InboundFile
from hookdesk_people import erasing, records

pytestmark = [
    pytest.mark.plugins("people", "auth_password", "storage_fs", "search", "email_out", "portal"),
    pytest.mark.requires("people", "auth_password", "storage_fs", "search", "email_out", "portal"),
]
Read = Callable[[Any], list[Any]]
FILE = InboundFile("plan.txt", "text/plain", b"where the treasure lies")


@pytest.fixture
def grace(hookdesk_app: Flask, make_ticket: Callable[..., Ticket]) -> Ticket:
    """Grace's ticket, with a file."""
    return make_ticket("The secret printer", "It is in Paris.", files=(FILE,))


@pytest.fixture
def double(make_ticket: Callable[..., Ticket]) -> Ticket:
    """A ticket that Grace wrote from another address."""
    return make_ticket("Again", "Me again.", email="grace@home.example", name="G. Hopper")


def run(client: Client, path: str, **data: str) -> str:
    """Send the form of a page."""
    return client.submit(f"/admin/users/{path}", data).get_data(as_text=True)


def test_two_users_become_one(
    hookdesk_app: Flask, admin_client: Client, grace: Ticket, double: Ticket, write: Callable[..., None], read: Read,
    run_jobs: Callable[..., int],
) -> None:  # fmt: skip
    now, stays, goes = now_clock.now(), grace.user_id, double.user_id
    write(
        Organization(id=3, name="Navy", created_at=now),
        Collaborator(ticket_id=grace.id, user_id=goes, created_at=now),
        Collaborator(ticket_id=double.id, user_id=stays, created_at=now),
    )
    with hookdesk_app.app_context():
        sessions.open_session(goes, "portal", "127.0.0.1", "test")
        transact(lambda session: sessions.issue_token(session, "guest", goes, timedelta(days=1)))
        transact(
            lambda session: session.execute(
                update(User).where(User.id == goes).values(organization_id=3, phone="7", notes="Shy", is_banned=True)
            )
        )
    page = run(admin_client, f"{stays}/merge", other="grace@home.example", stays="this")
    assert "G. Hopper becomes part of Grace Hopper." in page
    assert "1 ticket" in page
    assert "Navy" in page
    assert read(select(Ticket.user_id)) == [stays, goes]  # nothing has happened yet
    page = run(admin_client, f"{stays}/merge", other="grace@home.example", stays="this", confirmed="1")
    assert "G. Hopper is part of Grace Hopper now." in page
    assert read(select(Ticket.user_id)) == [stays, stays]
    assert read(select(ThreadEntry.user_id)) == [stays, stays]
    assert read(select(Collaborator.id)) == []
    addresses = select(UserEmail.address, UserEmail.is_primary).where(UserEmail.user_id == stays).order_by(UserEmail.id)
    assert read(addresses) == [("grace@example.org", True), ("grace@home.example", False)]
    user = select(User.organization_id, User.phone, User.notes, User.is_banned).where(User.id == stays)
    assert read(user) == [(3, "7", "Shy", True)]
    assert read(select(func.count()).where(SignInSession.revoked_at.is_(None), SignInSession.user_id == goes)) == [0]
    assert read(select(func.count()).where(Token.used_at.is_(None))) == [0]
    run_jobs()
    assert read(select(User.id).where(User.id == goes)) == []
    assert any("merged the user G. Hopper" in line for line in read(select(SystemLog.message)))


def test_the_other_one_may_stay_and_agents_always_do(
    admin_client: Client, administrator: Actor, grace: Ticket, double: Ticket, read: Read
) -> None:
    run(admin_client, f"{grace.user_id}/merge", other="grace@home.example", stays="other", confirmed="1")
    assert read(select(Ticket.user_id)) == [double.user_id, double.user_id]
    page = run(admin_client, f"{double.user_id}/merge", other="root@helpdesk.example", stays="this", confirmed="1")
    assert "Rosa Admin is an agent" in page
    run(admin_client, f"{double.user_id}/merge", other="root@helpdesk.example", stays="other", confirmed="1")
    assert read(select(Ticket.user_id)) == [administrator.user_id, administrator.user_id]


@pytest.mark.parametrize(
    ("other", "told"),
    [("grace@example.org", "same user"), ("nobody@example.org", "Nobody has this"), ("", "field is required")],
)
def test_a_merge_needs_somebody_else(other: str, told: str, admin_client: Client, grace: Ticket) -> None:
    assert told in run(admin_client, f"{grace.user_id}/merge", other=other, stays="this")


def test_a_row_stays_until_every_plugin_was_told(
    admin_client: Client, grace: Ticket, double: Ticket, read: Read, run_jobs: Callable[..., int], clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    gone = select(User.id).where(User.id == double.user_id)
    run(admin_client, f"{grace.user_id}/merge", other="grace@home.example", stays="this", confirmed="1")
    run_jobs("people.leaving")
    assert read(gone) == [double.user_id]  # the event waits in the outbox

    def fail(user_id: int) -> None:
        raise RuntimeError("not now")

    monkeypatch.setattr("hookdesk_search.services.drop_of", fail)
    run_jobs("outbox", "people.leaving")
    assert read(select(Delivery.plugin)) == ["search"]
    assert read(gone) == [double.user_id]
    monkeypatch.undo()
    clock.advance(hours=1)
    run_jobs()
    assert read(gone) == []


def test_a_person_gets_everything_that_is_kept(
    hookdesk_app: Flask, admin_client: Client, grace: Ticket, double: Ticket, read: Read
) -> None:
    with hookdesk_app.app_context(), site().db.write() as session:
        now = now_clock.now()
        session.add(
            ThreadEntry(ticket_id=grace.id, kind="note", author="A", channel="desk", text="hush", created_at=now)
        )
        session.add(
            ThreadEntry(ticket_id=grace.id, kind="response", author="A", channel="desk", text="Done", created_at=now)
        )
    path = f"/admin/users/{grace.user_id}/export"
    answer = admin_client.submit(f"/admin/users/{grace.user_id}", to=path)
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    answer.close()
    parts = json.loads(archive.read("person.json"))
    assert parts["person"]["name"] == "Grace Hopper"
    assert [row["address"] for row in parts["addresses"]] == ["grace@example.org"]
    assert [row["subject"] for row in parts["tickets"]] == ["The secret printer"]
    assert [row["text"] for row in parts["entries"]] == ["It is in Paris.", "Done"]
    assert "email_out: mails" in parts
    files = [name for name in archive.namelist() if name.startswith("files/")]
    assert [archive.read(name) for name in files] == [FILE.content]
    assert any("exported what is kept about Grace Hopper" in line for line in read(select(SystemLog.message)))


def test_what_is_given_out_opens_no_door(hookdesk_app: Flask, grace: Ticket, read: Read) -> None:
    """A mail that waits may hold a link for choosing a password: that there is such a mail is told, and not what it says."""
    with hookdesk_app.app_context():
        letter = {"name": "", "subject": "Choose a password", "text": "Go to /reset/t0ken"}
        site().hooks.first(NotificationHooks.mail_secret, key="k", address="grace@example.org", **letter)
        mails = records.everything(grace.user_id)["email_out: mails"]
    assert [(mail["subject"], mail["text"]) for mail in mails] == [("Choose a password", "")]


def everything(app: Flask) -> str:
    """All text in the database but the system log, which ends after 90 days."""
    with app.app_context(), site().db.read() as reading:
        known = set(
            reading.scalars(select(column("name")).select_from(table("sqlite_master")))
        )  # others may have loaded further plugins
        return "\n".join(
            str(row)
            for each in metadata.sorted_tables
            if each.name in known and each.name not in ("system_log", "outbox_event", "lease")
            for row in reading.all(select(each))
        )


CANARIES = ("secret printer", "Paris", "Grace", "grace@", "plan.txt")


def test_an_erased_person_is_nowhere(
    hookdesk_app: Flask, admin_client: Client, grace: Ticket, read: Read, run_jobs: Callable[..., int]
) -> None:
    run_jobs()
    with hookdesk_app.app_context():
        sessions.open_session(grace.user_id, "portal", "127.0.0.1", "test")
    before = everything(hookdesk_app)
    assert all(word in before for word in CANARIES)
    page = run(admin_client, f"{grace.user_id}/erase", what="keep")
    assert "Grace Hopper is erased." in page
    run_jobs()
    after = everything(hookdesk_app)
    assert [word for word in CANARIES if word in after] == []
    assert read(select(Ticket.subject, Ticket.id)) == [(erasing.GONE, grace.id)]
    assert read(select(Attachment.id)) == []
    assert (
        read(select(SignInSession.id).where(SignInSession.user_id == grace.user_id, SignInSession.revoked_at.is_(None)))
        == []
    )
    assert read(select(User.name).where(User.id == grace.user_id)) == [erasing.NOBODY]
    assert admin_client.get(f"/agent/tickets/{grace.number}").status_code in (200, 404)


def test_an_erased_person_may_take_the_tickets_along(
    hookdesk_app: Flask, admin_client: Client, grace: Ticket, double: Ticket, read: Read, run_jobs: Callable[..., int]
) -> None:
    run_jobs()
    run(admin_client, f"{grace.user_id}/erase", what="delete")
    run_jobs()
    assert read(select(Ticket.id)) == [double.id]
    assert read(select(User.id).where(User.id == grace.user_id)) == []
    assert read(select(IntakeRecord.ticket_id, IntakeRecord.raw).order_by(IntakeRecord.id))[0][0] is None
    after = everything(hookdesk_app)
    assert [word for word in CANARIES if word in after and word not in ("grace@",)] == []


def test_an_active_agent_is_never_erased_and_a_former_one_is(
    hookdesk_app: Flask, admin_client: Client, make_agent: Callable[..., Actor], read: Read, grace: Ticket,
    run_jobs: Callable[..., int],
) -> None:  # fmt: skip
    agent = make_agent("ada", "Ada Lovelace")
    with hookdesk_app.app_context():
        for act in (erasing.erase, erasing.remove):
            with pytest.raises(users.DirectoryProblem, match="works here"):
                act(agent, agent.user_id or 0, with_tickets=False)
        with site().db.write() as session:
            session.execute(update(Agent).where(Agent.id == agent.agent_id).values(is_active=False))
            session.add(
                ThreadEntry(
                    ticket_id=grace.id, kind="response", agent_id=agent.agent_id, author="Ada Lovelace", channel="desk",
                    text="Done", created_at=now_clock.now(),
                )
            )  # fmt: skip
        with pytest.raises(users.DirectoryProblem, match="was an agent"):
            erasing.remove(agent, agent.user_id or 0, with_tickets=False)
    page = run(admin_client, f"{agent.user_id}/erase", what="keep")
    assert "Ada Lovelace is erased." in page
    run_jobs()
    assert "Lovelace" not in everything(hookdesk_app)
    assert read(select(Agent.name, Agent.is_active).where(Agent.id == agent.agent_id)) == [(erasing.NOBODY, False)]


def test_a_user_with_tickets_is_deleted_with_them_or_not_at_all(
    admin_client: Client,
    grace: Ticket,
    double: Ticket,
    read: Read,
    run_jobs: Callable[..., int],
    write: Callable[..., None],
) -> None:
    run_jobs()
    write(
        ThreadEntry(
            ticket_id=double.id, kind="message", user_id=grace.user_id, author="Grace Hopper", channel="portal", text="Hi",
            created_at=now_clock.now(),
        )
    )  # fmt: skip
    page = run(admin_client, f"{grace.user_id}/delete")
    assert "Grace Hopper has tickets. Nothing was deleted." in page
    run_jobs()
    assert len(read(select(Ticket.id))) == 2
    run(admin_client, f"{grace.user_id}/delete", with_tickets="y")
    run_jobs()
    assert read(select(Ticket.id)) == [double.id]
    assert read(select(User.id).where(User.id == grace.user_id)) == []
    assert read(select(ThreadEntry.author, ThreadEntry.user_id).where(ThreadEntry.text == "Hi")) == [
        ("Grace Hopper", None)
    ]


def test_who_may_ban_bans(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], grace: Ticket, read: Read, administrator: Actor
) -> None:
    agent, browser = make_agent("ada", "Ada Lovelace"), hookdesk_app.test_client()
    assert isinstance(browser, Client)
    browser.sign_in(agent)
    banned = select(User.is_banned).where(User.id == grace.user_id)
    path = f"/agent/users/{grace.user_id}/ban"
    assert browser.submit("/agent/login", {"banned": "1"}, to=path).status_code == 403
    assert read(banned) == [False]
    with hookdesk_app.app_context(), site().db.write() as session:
        session.execute(update(Agent).where(Agent.id == agent.agent_id).values(permissions=["user.ban"]))
    browser.submit("/agent/login", {"banned": "1"}, to=path)
    assert read(banned) == [True]
    browser.submit("/agent/login", {"banned": "1"}, to=f"/agent/users/{administrator.user_id}/ban")
    assert read(select(User.is_banned).where(User.id == administrator.user_id)) == [False]
    browser.submit("/agent/login", {"banned": "0"}, to=path)
    assert read(banned) == [False]


@pytest.mark.plugins("people", "directory", "storage_fs")
def test_who_may_delete_users_deletes_those_without_tickets(
    hookdesk_app: Flask,
    make_agent: Callable[..., Actor],
    grace: Ticket,
    double: Ticket,
    read: Read,
    administrator: Actor,
    run_jobs: Callable[..., int],
) -> None:
    agent, browser = make_agent("ada", "Ada Lovelace"), hookdesk_app.test_client()
    assert isinstance(browser, Client)

    def hold(*permissions: str) -> None:
        with hookdesk_app.app_context(), site().db.write() as session:
            session.execute(update(Agent).where(Agent.id == agent.agent_id).values(permissions=list(permissions)))

    def delete(user_id: int | None) -> str:
        path = f"/agent/users/{user_id}/delete"
        return browser.submit("/agent/people", {"with_tickets": "y"}, to=path).get_data(as_text=True)

    hold("user.directory")
    browser.sign_in(agent)
    page, path = f"/agent/people/{grace.user_id}", f"/agent/users/{grace.user_id}/delete"
    assert path not in browser.get(page).get_data(as_text=True)
    assert browser.submit("/agent/people", {}, to=path).status_code == 403
    hold("user.directory", "user.delete")
    assert path in browser.get(page).get_data(as_text=True)
    assert "Grace Hopper has tickets. Nothing was deleted." in delete(grace.user_id)
    assert "works here" in delete(administrator.user_id)
    with hookdesk_app.app_context():
        lone = users.save_user(administrator, None, users.UserData(name="Lone", addresses=("lone@example.org",)))
    assert "Lone is deleted." in delete(lone)
    run_jobs()
    assert read(select(User.id).where(User.id == lone)) == []
    assert len(read(select(Ticket.id))) == 2
