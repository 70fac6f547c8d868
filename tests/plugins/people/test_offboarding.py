"""An agent leaves: nothing that they had is left behind, and each ticket tells who has it now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from hookdesk.models import (
    Agent,
    Department,
    Organization,
    SignInSession,
    Team,
    TeamMember,
    Ticket,
    TicketEvent,
    User,
)
from hookdesk.site import site
from hookdesk.testing import Client
from hookdesk.types.actors import Actor
from hookdesk_people import offboarding

pytestmark = [pytest.mark.plugins("people", "auth_password"), pytest.mark.requires("people", "auth_password")]
Read = Callable[[Any], list[Any]]


@pytest.fixture
def leaver(
    hookdesk_app: Flask,
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
    write: Callable[..., None],
) -> Actor:
    """An agent with two open tickets, a team, a department and an organization."""
    agent = make_agent("leaver", "Lee Leaver")
    first, second = make_ticket("One"), make_ticket("Two")
    write(
        Team(id=5, name="Night", lead_id=agent.agent_id),
        TeamMember(team_id=5, agent_id=agent.agent_id),
        Organization(name="Navy", manager_agent_id=agent.agent_id, created_at=first.created_at),
    )
    with hookdesk_app.app_context(), site().db.write() as session:
        session.execute(update(Ticket).where(Ticket.id.in_((first.id, second.id))).values(assignee_id=agent.agent_id))
        session.execute(update(Department).values(manager_id=agent.agent_id))
    return agent


def leave(client: Client, actor: Actor, heir: str) -> str:
    """Send the form."""
    path = f"/admin/agents/{actor.agent_id}/leave"
    return client.submit(path, {"heir": heir}).get_data(as_text=True)


def test_the_page_names_what_they_have(admin_client: Client, leaver: Actor) -> None:
    page = admin_client.get(f"/admin/agents/{leaver.agent_id}/leave").get_data(as_text=True)
    assert "2 open tickets" in page
    assert all(name in page for name in ("Night", "Support", "Navy"))
    assert f"/admin/agents/{leaver.agent_id}/leave" in admin_client.get(f"/admin/agents/{leaver.agent_id}").get_data(
        as_text=True
    )


def test_an_agent_inherits_all_of_it(
    hookdesk_app: Flask, admin_client: Client, leaver: Actor, make_agent: Callable[..., Actor], read: Read
) -> None:
    heir, browser = make_agent("heir", "Hera Heir"), hookdesk_app.test_client()
    assert isinstance(browser, Client)
    browser.sign_in(leaver)
    page = leave(admin_client, leaver, f"agent:{heir.agent_id}")
    assert "Lee Leaver is signed out and deactivated, and has nothing any more." in page
    assert read(select(Ticket.assignee_id)) == [heir.agent_id, heir.agent_id]
    told = select(TicketEvent.ticket_id, TicketEvent.actor).where(TicketEvent.kind == "assignee")
    assert read(told) == [(1, "Rosa Admin"), (2, "Rosa Admin")]
    assert read(select(Department.manager_id)) == [heir.agent_id]
    assert read(select(Organization.manager_agent_id)) == [heir.agent_id]
    assert read(select(Team.lead_id)) == [None]  # a lead is a member, which the heir is not
    assert read(select(Agent.is_active).where(Agent.id == leaver.agent_id)) == [False]
    live = select(func.count()).where(SignInSession.user_id == leaver.user_id, SignInSession.revoked_at.is_(None))
    assert read(live) == [0]
    assert browser.get("/admin/").headers["Location"].endswith("/agent/login")


def test_a_team_or_nobody_gets_it(admin_client: Client, leaver: Actor, read: Read) -> None:
    leave(admin_client, leaver, "team:5")
    assert read(select(Ticket.assignee_id, Ticket.team_id)) == [(None, 5), (None, 5)]
    assert read(select(Organization.manager_agent_id, Organization.manager_team_id)) == [(None, 5)]
    leave(admin_client, leaver, "nobody")
    assert read(select(Organization.manager_agent_id, Organization.manager_team_id)) == [(None, 5)]


def test_who_may_not_have_the_tickets_does_not_get_them(
    hookdesk_app: Flask, admin_client: Client, leaver: Actor, make_agent: Callable[..., Actor], read: Read
) -> None:
    heir = make_agent("heir", "Hera Heir")
    with hookdesk_app.app_context(), site().db.write() as session:
        session.execute(update(Agent).where(Agent.id == heir.agent_id).values(on_vacation=True))
    page = leave(admin_client, leaver, f"agent:{heir.agent_id}")
    assert "2 tickets are assigned to nobody now." in page
    assert read(select(Ticket.assignee_id)) == [None, None]


def test_many_tickets_go_in_parts(
    admin_client: Client, leaver: Actor, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offboarding, "AT_ONCE", 1)
    page = leave(admin_client, leaver, "nobody")
    assert "1 ticket was given away. 1 is left." in page
    assert read(select(Agent.is_active).where(Agent.id == leaver.agent_id)) == [False]
    assert "has nothing any more" in leave(admin_client, leaver, "nobody")
    assert read(select(Ticket.assignee_id)) == [None, None]


def test_the_last_administrator_cannot_leave(admin_client: Client, administrator: Actor, read: Read) -> None:
    page = leave(admin_client, administrator, "nobody")
    assert "This is the last administrator" in page
    assert read(select(Agent.is_active)) == [True]
    assert admin_client.get("/admin/").status_code == 200


def test_what_they_are_is_kept(
    hookdesk_app: Flask, admin_client: Client, leaver: Actor, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {"notes": "Knows the boiler", "permissions": ["user.ban"], "locale": "de", "is_visible": False}
    with hookdesk_app.app_context(), site().db.write() as session:
        session.execute(update(Agent).where(Agent.id == leaver.agent_id).values(**kept))
    leave(admin_client, leaver, "nobody")
    columns = [getattr(Agent, name) for name in kept]
    assert read(select(*columns).where(Agent.id == leaver.agent_id)) == [tuple(kept.values())]
    assert read(select(TeamMember.agent_id)) == [leaver.agent_id]
    assert read(select(User.is_banned).where(User.id == leaver.user_id)) == [False]
