"""Who takes part in a ticket besides its department: its owner, collaborators, and those whom it was referred to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.models import Agent, Collaborator, Department, Referral, Team, Ticket, User
from hookdesk.services import events, people, tickets
from hookdesk.types.actors import Actor

MOST = 100
"""Collaborators of one ticket, and referrals of one, at most."""
REFERRED: Mapping[str, tuple[Any, Any]] = {
    "agent": (Agent, Referral.agent_id),
    "team": (Team, Referral.team_id),
    "department": (Department, Referral.department_id),
}


def add_collaborator(actor: Actor, ticket_id: int, address: str, name: str = "") -> None:
    """Let somebody follow a ticket. The owner follows it anyway; somebody who was left out of the mail is let in again.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: the address is none, nobody's to have, or new to us and the actor may not add
            users, its user is banned, or there are too many.
    """

    def work(session: Session, ticket: Ticket) -> None:
        follow(session, ticket, actor, _person(session, actor, address, name))

    _allow(address)
    tickets.change(actor, ticket_id, "ticket.edit", work)


def _allow(address: str) -> None:
    """Ask whether somebody may have an address.

    Raises:
        TicketProblem: a plugin objects.
    """
    if why := people.objection(address):
        raise tickets.TicketProblem(why)


def _person(session: Session, actor: Actor, address: str, name: str) -> User:
    """The user with that address; made if there is none, for those who may add users.

    Raises:
        TicketProblem: the address is none or nobody's, or its user is banned.
    """
    if not actor.may("user.create") and people.normal_address(address) and people.find_user(address) is None:
        raise tickets.TicketProblem(_("Nobody here has the address %(who)s, and you may not add users.", who=address))
    try:
        user = people.ensure_user(session, address, name)
    except people.PersonProblem as problem:
        raise tickets.TicketProblem(str(problem)) from None
    if user.is_banned:
        raise tickets.TicketProblem(_("%(name)s is banned.", name=user.name))
    return user


def follow(session: Session, ticket: Ticket, actor: Actor, user: User) -> None:
    """Make a user a collaborator of a locked ticket, unless it is theirs."""
    if user.id == ticket.user_id:
        return
    known = {
        row.user_id: row for row in session.scalars(select(Collaborator).where(Collaborator.ticket_id == ticket.id))
    }
    if user.id in known:
        _let_in(session, ticket, actor, known[user.id], is_active=True)
        return
    if len(known) >= MOST:
        raise tickets.TicketProblem(_("A ticket has at most %(most)s collaborators.", most=MOST))
    session.add(Collaborator(ticket_id=ticket.id, user_id=user.id, created_at=clock.now()))
    events.changed(session, ticket, actor, "collaborator", None, user.id, before_name="", after_name=user.name)


def _let_in(session: Session, ticket: Ticket, actor: Actor, row: Collaborator, is_active: bool) -> None:
    """Let a collaborator of a locked ticket have its mail, or leave them out, with its event, if that changes."""
    if row.is_active == is_active:
        return
    user = session.get(User, row.user_id)
    name, row.is_active = user.name if user else "", is_active
    names = {"before_name": "" if is_active else name, "after_name": name if is_active else ""}
    events.changed(session, ticket, actor, "collaborator_mail", not is_active, is_active, **names)


def mute_collaborator(actor: Actor, ticket_id: int, user_id: int, is_active: bool) -> None:
    """Send a collaborator no more mail, or mail again. They see the ticket either way.

    Raises:
        NotFound, Forbidden: as the guard says.
    """

    def work(session: Session, ticket: Ticket) -> None:
        row = _collaborator(session, ticket, user_id)
        if row is not None:
            _let_in(session, ticket, actor, row, is_active)

    tickets.change(actor, ticket_id, "ticket.edit", work)


def remove_collaborator(actor: Actor, ticket_id: int, user_id: int) -> None:
    """Let somebody follow a ticket no longer.

    Raises:
        NotFound, Forbidden: as the guard says.
    """

    def work(session: Session, ticket: Ticket) -> None:
        row, user = _collaborator(session, ticket, user_id), session.get(User, user_id)
        if row is not None:
            session.delete(row)
            name = user.name if user else ""
            events.changed(session, ticket, actor, "collaborator", user_id, None, before_name=name, after_name="")

    tickets.change(actor, ticket_id, "ticket.edit", work)


def change_owner(actor: Actor, ticket_id: int, address: str, name: str = "") -> None:
    """Give a ticket to another requester. The organization goes along; the one before follows it no longer, unless added.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: the address is none or new to us and the actor may not add users, or its user
            is banned.
    """

    def work(session: Session, ticket: Ticket) -> None:
        user = _person(session, actor, address, name)
        if user.id == ticket.user_id:
            return
        before = session.get(User, ticket.user_id)
        old_id, ticket.user_id, ticket.organization_id = ticket.user_id, user.id, user.organization_id
        mine = delete(Collaborator).where(Collaborator.ticket_id == ticket.id, Collaborator.user_id == user.id)
        session.execute(mine)
        names = {"before_name": before.name if before else "", "after_name": user.name}
        events.changed(session, ticket, actor, "requester", old_id, user.id, **names)

    _allow(address)
    tickets.change(actor, ticket_id, "ticket.edit", work)


def refer(actor: Actor, ticket_id: int, kind: str, row_id: int) -> None:
    """Show a ticket to an "agent", a "team" or a "department" that does not have it; nobody is assigned by that.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: there is no such active one, it has the ticket, or there are too many.
    """
    model = REFERRED[kind][0]

    def work(session: Session, ticket: Ticket) -> None:
        target = tickets.find(session, model, row_id)
        if target is None:
            raise tickets.TicketProblem(_("That agent, team or department does not work here any more."))
        if row_id == {"agent": ticket.assignee_id, "team": ticket.team_id, "department": ticket.department_id}[kind]:
            raise tickets.TicketProblem(_("%(name)s has this ticket already.", name=target.name))
        known = list(session.scalars(select(Referral).where(Referral.ticket_id == ticket.id)))
        if any(getattr(row, f"{kind}_id") == row_id for row in known):
            return
        if len(known) >= MOST:
            raise tickets.TicketProblem(_("A ticket is referred to at most %(most)s times.", most=MOST))
        session.add(Referral(ticket_id=ticket.id, created_at=clock.now(), **{f"{kind}_id": row_id}))
        events.changed(
            session, ticket, actor, "referral", None, f"{kind}:{row_id}", before_name="", after_name=target.name
        )

    tickets.change(actor, ticket_id, "ticket.refer", work)


def withdraw(actor: Actor, ticket_id: int, kind: str, row_id: int) -> None:
    """Take a referral back.

    Raises:
        NotFound, Forbidden: as the guard says.
    """
    model, column = REFERRED[kind]

    def work(session: Session, ticket: Ticket) -> None:
        row = session.scalar(select(Referral).where(Referral.ticket_id == ticket.id, column == row_id))
        if row is not None:
            target = session.get(model, row_id)
            session.delete(row)
            name = target.name if target else ""
            events.changed(
                session, ticket, actor, "referral", f"{kind}:{row_id}", None, before_name=name, after_name=""
            )

    tickets.change(actor, ticket_id, "ticket.refer", work)


def _collaborator(session: Session, ticket: Ticket, user_id: int) -> Collaborator | None:
    """That collaborator of a ticket."""
    asked = select(Collaborator).where(Collaborator.ticket_id == ticket.id, Collaborator.user_id == user_id)
    return session.scalar(asked)
