"""What the directory's pages read. Tickets come through the guard alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from sqlalchemy import Row, Select, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from hookdesk.api import (
    KNOWN_AGENT,
    Actor,
    Agent,
    Collaborator,
    Organization,
    Team,
    Ticket,
    User,
    UserEmail,
    current_actor,
    knowing,
    known_users,
    listing,
    reading,
)
from hookdesk_directory.paging import Slice, by_name, of_tickets

TICKETS = 15
MOST_FOLLOWED = 100
MOST_MEMBERS = 100
MOST_NAMES = 500
COUNTED = 1000
MOST_SUGGESTED = 5
_ADDRESS = (
    select(UserEmail.address)
    .where(UserEmail.user_id == User.id)
    .order_by(UserEmail.is_primary.desc(), UserEmail.id)
    .limit(1)
    .scalar_subquery()
)


def users(text: str, show: str) -> Slice:
    """Users by name; those alone whose name, address, phone or organization has the text, or who are banned."""
    query: Select[*tuple[Any, ...]] = select(
        User.id, User.name, User.phone, User.is_banned, User.is_primary_contact, User.organization_id,
        Organization.name.label("organization"), _ADDRESS.label("address"),
    ).outerjoin(Organization, Organization.id == User.organization_id).where(known_users(current_actor()))  # fmt: skip
    if show == "banned":
        query = query.where(User.is_banned)
    if text:
        has_address = select(UserEmail.id).where(
            UserEmail.user_id == User.id, UserEmail.address.icontains(text, autoescape=True)
        )
        words = [one.icontains(text, autoescape=True) for one in (User.name, User.phone, Organization.name)]
        query = query.where(or_(*words, has_address.exists()))
    return by_name(query, User)


def users_like(text: str) -> Sequence[Row[Any]]:
    """A few users by name whose name or address has the text."""
    has_address = select(UserEmail.user_id).where(UserEmail.address.icontains(text, autoescape=True)).limit(100)
    return reading().all(
        select(User.id, User.name, Organization.name.label("organization"), _ADDRESS.label("address"))
        .outerjoin(Organization, Organization.id == User.organization_id)
        .where(known_users(current_actor()), or_(User.name.icontains(text, autoescape=True), User.id.in_(has_address)))
        .order_by(User.name, User.id)
        .limit(MOST_SUGGESTED)
    )


def user(user_id: int) -> Row[Any] | None:
    """One user with all that their page and form show, if the agent may know of them; `agent_id` if they are an agent too."""
    return reading().first(
        select(*User.__table__.columns, Organization.name.label("organization"), Agent.id.label("agent_id"))
        .outerjoin(Organization, Organization.id == User.organization_id)
        .outerjoin(Agent, Agent.user_id == User.id)
        .where(User.id == user_id, known_users(current_actor()))
    )


def addresses(user_id: int) -> list[str]:
    """A user's addresses, the primary one first."""
    asked = select(UserEmail.address).where(UserEmail.user_id == user_id)
    return list(reading().scalars(asked.order_by(UserEmail.is_primary.desc(), UserEmail.id)))


def tickets(actor: Actor, owner: InstrumentedAttribute[Any], row_id: int) -> Slice:
    """The tickets of a user or an organization (`owner` is the column) that the actor sees, the most recent activity first."""
    after, before = (listing.Cursor.load(request.args.get(name, "")) for name in ("after", "before"))
    recent = listing.SORTS["activity"]
    return of_tickets(listing.page(actor, "", recent, owner == row_id, after=after, before=before, size=TICKETS))


def followed(actor: Actor, user_id: int) -> Slice:
    """Those of the tickets that a user follows most recently which the actor sees, the most recent activity first."""
    newest = select(Collaborator.ticket_id).where(Collaborator.user_id == user_id).order_by(Collaborator.id.desc())
    ids = list(reading().scalars(newest.limit(MOST_FOLLOWED)))
    if not ids:
        return Slice(())
    return Slice(listing.page(actor, "", listing.SORTS["activity"], Ticket.id.in_(ids), size=TICKETS).rows)


def all_organizations(text: str) -> Slice:
    """Organizations by name, with how many belong to each, counted no further than 1,001."""
    members = select(User.id).where(User.organization_id == Organization.id).limit(COUNTED + 1)
    query: Select[*tuple[Any, ...]] = select(
        Organization.id, Organization.name, Organization.sharing,
        select(func.count()).select_from(members.correlate(Organization).subquery()).scalar_subquery().label("members"),
    )  # fmt: skip
    if text:
        query = query.where(Organization.name.icontains(text, autoescape=True))
    return by_name(query, Organization)


def organization(organization_id: int) -> Row[Any] | None:
    """One organization with all that its page and form show; `manager_agent` is empty for an agent whom one may not know of."""
    agent = case((KNOWN_AGENT, Agent.name), else_="").label("manager_agent")
    return reading().first(
        select(*Organization.__table__.columns, agent, Team.name.label("manager_team"))
        .outerjoin(Agent, Agent.id == Organization.manager_agent_id)
        .outerjoin(Team, Team.id == Organization.manager_team_id)
        .where(Organization.id == organization_id)
        .params(knowing(current_actor()))
    )


def members(organization_id: int) -> Sequence[Row[Any]]:
    """An organization's members, its primary contacts first: one more than a page shows."""
    asked = select(User.id, User.name, User.is_primary_contact, User.is_banned, _ADDRESS.label("address"))
    order = (User.is_primary_contact.desc(), User.name, User.id)
    return reading().all(
        asked.where(User.organization_id == organization_id, known_users(current_actor()))
        .order_by(*order)
        .limit(MOST_MEMBERS + 1)
    )


def organization_names() -> list[str]:
    """Names to choose from while one is typed."""
    return list(reading().scalars(select(Organization.name).order_by(Organization.name).limit(MOST_NAMES)))


def organization_named(name: str) -> int | None:
    """The id of the organization of that name."""
    row_id: int | None = reading().scalar(select(Organization.id).where(Organization.name == name))
    return row_id
