"""What an organization does to a new ticket, and what its contacts see and choose in the portal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import (
    Actor,
    Agent,
    Collaborator,
    Decision,
    Organization,
    Ticket,
    TicketDraft,
    User,
    actors,
    organizations,
    people,
    reading,
    site,
    system,
    transact,
)
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client
from hookdesk.testing.instances import SECRET, end, prepare

pytestmark = pytest.mark.plugins("organizations", "portal")
MakeTicket = Callable[..., Ticket]
MakeAgent = Callable[..., Actor]


def organization(app: Flask, **values: object) -> int:
    """An organization whose domain is example.org."""
    data = organizations.OrganizationData(name="Example", domains=("example.org",), **values)  # type: ignore[arg-type]  # each test gives what fits
    with app.app_context():
        return organizations.save_organization(system(), None, data)


def member(app: Flask, address: str, is_contact: bool = False) -> Actor:
    """A member by their address's domain."""

    def work(session):  # type: ignore[no-untyped-def]  # a Session
        user = people.ensure_user(session, address)
        user.is_primary_contact = is_contact
        return user.id

    with app.app_context():
        found = actors.requester_actor(transact(work))
    assert found is not None
    return found


def followers(app: Flask, ticket: Ticket) -> set[int]:
    with app.app_context():
        return set(reading().scalars(select(Collaborator.user_id).where(Collaborator.ticket_id == ticket.id)))


def reason(app: Flask, ticket: Ticket) -> str:
    with app.app_context():
        asked = select(Decision.reason).where(Decision.ticket_id == ticket.id, Decision.plugin == "organizations")
        return str(reading().scalar(asked))


def test_the_account_manager_gets_the_ticket_and_the_trace_says_why(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent
) -> None:
    ada = make_agent("ada")
    organization(hookdesk_app, manager_agent_id=ada.agent_id, assigns_manager=True)
    ticket = make_ticket()
    assert ticket.assignee_id == ada.agent_id
    assert reason(hookdesk_app, ticket) == "Ada Lovelace is the account manager of Example"


@pytest.mark.parametrize("why", ["off", "vacation", "gone", "decided"])
def test_nobody_is_assigned_where_that_is_off_or_the_manager_away_or_somebody_else_chosen(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent, why: str
) -> None:
    ada, eve = make_agent("ada"), make_agent("eve")
    organization(hookdesk_app, manager_agent_id=ada.agent_id, assigns_manager=why != "off")
    with hookdesk_app.app_context():
        if why in ("vacation", "gone"):
            values = {"on_vacation": True} if why == "vacation" else {"is_active": False}
            transact(lambda work: work.execute(update(Agent).where(Agent.login == "ada").values(values)))
        if why == "decided":
            own = site().hooks.implementations("ticket_filter")

            def choose(draft: TicketDraft) -> TicketDraft:
                return draft.replace(assignee_id=eve.agent_id)

            site().hooks.install("ticket_filter", [Implementation("a filter", choose, ("draft",)), *own])
    assert make_ticket().assignee_id == (eve.agent_id if why == "decided" else None)


@pytest.mark.parametrize(("who", "expected"), [("nobody", ""), ("primary", "boss"), ("everybody", "boss peer")])
def test_members_follow_as_the_organization_says(
    hookdesk_app: Flask, make_ticket: MakeTicket, who: str, expected: str
) -> None:
    organization(hookdesk_app, followers=who)
    known = {name: member(hookdesk_app, f"{name}@example.org", name == "boss") for name in ("boss", "peer", "grace")}
    assert followers(hookdesk_app, make_ticket()) == {known[name].user_id for name in expected.split()}
    assert followers(hookdesk_app, make_ticket(email="somebody@elsewhere.example")) == set()


def test_a_banned_member_follows_nothing(hookdesk_app: Flask, make_ticket: MakeTicket) -> None:
    organization(hookdesk_app, followers="everybody")
    peer = member(hookdesk_app, "peer@example.org")
    with hookdesk_app.app_context():
        transact(lambda work: work.execute(update(User).where(User.id == peer.user_id).values(is_banned=True)))
    assert followers(hookdesk_app, make_ticket()) == set()


def test_contacts_see_members_and_choose_who_sees_the_tickets(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: MakeTicket
) -> None:
    organization_id = organization(hookdesk_app, contacts_share=True)
    boss, peer = member(hookdesk_app, "boss@example.org", True), member(hookdesk_app, "peer@example.org")
    ticket = make_ticket()
    hookdesk_client.sign_in(boss)
    assert 'href="/organization"' in hookdesk_client.get("/").text
    page = hookdesk_client.get("/organization").text
    assert all(f"{name}@example.org" in page for name in ("boss", "peer", "grace"))
    assert ticket.subject not in hookdesk_client.get("/tickets").text
    assert hookdesk_client.submit("/organization", {"sharing": "primary"}).status_code == 200
    listed = hookdesk_client.get("/tickets").text
    assert ticket.subject in listed
    assert "Grace Hopper" in listed  # whose it is
    with hookdesk_app.app_context():
        assert reading().scalar(select(Organization.sharing).where(Organization.id == organization_id)) == "primary"
    hookdesk_client.sign_in(peer)
    assert ticket.subject not in hookdesk_client.get("/tickets").text
    assert hookdesk_client.get("/organization").status_code == 404


def test_contacts_choose_nothing_where_the_helpdesk_does_not_leave_it_to_them(
    hookdesk_app: Flask, hookdesk_client: Client
) -> None:
    organization(hookdesk_app)
    hookdesk_client.sign_in(member(hookdesk_app, "boss@example.org", True))
    page = hookdesk_client.get("/organization").text
    assert 'name="sharing"' not in page
    assert hookdesk_client.submit("/open", {"sharing": "everybody"}, to="/organization").status_code == 422


@pytest.mark.postgres
def test_the_same_on_postgresql(fresh_postgres_url: str, tmp_path: Path) -> None:
    config = Config(instance=tmp_path, database_url=fresh_postgres_url, secret_key=SECRET, testing=True)
    prepare(config, discover(), ["organizations", "portal"])
    app = create_app(config)
    app.test_client_class = Client
    organization(app, followers="everybody", contacts_share=True)
    boss = member(app, "boss@example.org", True)
    client = app.test_client()
    assert isinstance(client, Client)
    client.submit("/open", {"name": "Grace", "email": "grace@example.org", "subject": "Fire", "message": "Help"})
    client.sign_in(boss)
    assert "Fire" in client.get("/tickets").text
    assert client.submit("/organization", {"sharing": "everybody"}).status_code == 200
    end(app)
