"""Who is told about an event. Agents pass the guard like everywhere; nobody is told of their own doing.

Whoever was left out stays out: collaborators without mail, departments, teams and their members that get no alerts, agents who are away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select, true

from hookdesk.api import (
    Agent,
    Collaborator,
    NotFound,
    NotificationHooks,
    Recipient,
    User,
    UserEmail,
    access_ticket,
    actors,
    reading,
    site,
)
from hookdesk_email_out import audiences, preferences
from hookdesk_email_out.models import Preference
from hookdesk_email_out.occasions import Occasion

MOST = 200


def participants(about: Occasion) -> list[Recipient]:
    """The owner and the collaborators of a ticket who get mail, whoever of them acted."""
    return _people(about, Collaborator.is_active.is_(True))


def everybody(about: Occasion) -> list[Recipient]:
    """The owner and all collaborators, those too who want no mail of the ticket: for what is sent to them by name."""
    return _people(about, true())


def _people(about: Occasion, which: ColumnElement[bool]) -> list[Recipient]:
    """The owner and those of the collaborators."""
    ticket = about.ticket
    shared = select(Collaborator.user_id).where(Collaborator.ticket_id == ticket.id, which)
    rows = reading().all(
        select(User.id, User.name, User.locale, UserEmail.address)
        .join(UserEmail, and_(UserEmail.user_id == User.id, UserEmail.is_primary))
        .where(or_(User.id == ticket.user_id, User.id.in_(shared)), User.is_banned.is_(False))
        .order_by(User.id)
        .limit(MOST)
    )
    reason = {ticket.user_id: "requester"}
    return [
        Recipient(row.address, row.name, reason.get(row.id, "collaborator"), user_id=row.id, locale=row.locale)
        for row in rows
    ]


def others(about: Occasion) -> list[Recipient]:
    """The participants but for whoever acted, and whom plugins name besides."""
    found = site().hooks.collect(NotificationHooks.notify_recipients, event=about.event)[:MOST]
    besides = [person for person in found if person.agent_id is None]
    got = about.event.data.get("got") or ()  # a copy of what they have already would be no news
    told = [one for one in participants(about) if not about.is_by(None, one.user_id) and one.address not in got]
    chosen = about.event.data.get("to")
    if chosen is not None:
        return [one for one in told if one.user_id in chosen]
    if not about.event.data.get("copies", True):
        return [one for one in told if one.reason == "requester"]
    return told + besides


def agents(about: Occasion, alert: str, told: Sequence[str]) -> list[Recipient]:
    """The agents of these audiences, and those whom plugins name, who want to be told of this kind of alert; nobody if it is off.

    Whom plugins name is not told of changes: "a ticket was assigned to you" is no news for anybody else.
    """
    if not told:
        return []
    found = _there(about, alert, [(name, audiences.condition(name, about)) for name in told])
    if about.event.name == "ticket_changed":
        return found
    besides = site().hooks.collect(NotificationHooks.notify_recipients, event=about.event)[:MOST]
    ids = {one.agent_id: one for one in besides if one.agent_id is not None}
    return found + [ids[one.agent_id] for one in named(about, alert, list(ids)) if one.agent_id is not None]


def named(about: Occasion, alert: str, agent_ids: Sequence[int]) -> list[Recipient]:
    """Those agents, as far as they are there, may see the ticket and want mail."""
    return _there(about, alert, [(preferences.NAMED, Agent.id.in_(agent_ids))]) if agent_ids else []


def _there(about: Occasion, alert: str, reached: Sequence[tuple[str, ColumnElement[bool]]]) -> list[Recipient]:
    """Those agents, if they are there, may see the ticket and want to know."""
    member = [condition.label(f"in_{name}") for name, condition in reached]
    rows = reading().all(
        select(Agent.id, Agent.name, Agent.locale, Agent.user_id, UserEmail.address, *preferences.COLUMNS, *member)
        .join(UserEmail, and_(UserEmail.user_id == Agent.user_id, UserEmail.is_primary))
        .outerjoin(Preference, Preference.agent_id == Agent.id)
        .where(or_(*(condition for _, condition in reached)), Agent.is_active, Agent.on_vacation.is_(False))
        .order_by(Agent.id)
        .limit(MOST)
    )
    return [
        Recipient(row.address, row.name, reasons[0], agent_id=row.id, user_id=row.user_id, locale=row.locale)
        for row, reasons in ((row, _reasons(row, reached)) for row in rows)
        if not about.is_by(row.id, row.user_id)
        and row.user_id != about.ticket.user_id
        and preferences.wants(row, alert, reasons)
        and may_see(row.id, about.ticket.id)
    ]


def _reasons(row: Row[Any], reached: Sequence[tuple[str, ColumnElement[bool]]]) -> list[str]:
    """The audiences that an agent is in."""
    return [name for name, _ in reached if row._mapping[f"in_{name}"]]


def may_see(agent_id: int, ticket_id: int) -> bool:
    """What the guard says of an agent and a ticket."""
    actor = actors.agent_actor(agent_id)
    if actor is None:
        return False
    try:
        access_ticket(actor, ticket_id)
    except NotFound:
        return False
    return True
