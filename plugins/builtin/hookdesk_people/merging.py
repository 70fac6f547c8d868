"""Two users become one: the survivor gets all that the other had, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    Collaborator,
    ThreadEntry,
    Ticket,
    TicketEvent,
    User,
    UserEmail,
    directory,
    log,
    reading,
    sessions,
    transact,
)
from hookdesk_people import leaving

COUNTED = 10_001


@dataclass(frozen=True, slots=True)
class Moves:
    """What goes over: counted no further than 10,001."""

    tickets: int
    entries: int
    followed: int
    addresses: tuple[str, ...]


def moves(user_id: int) -> Moves:
    """What merging that user into another one would move."""
    counted = [
        select(func.count()).select_from(select(column).where(owner == user_id).limit(COUNTED).subquery())
        for column, owner in (
            (Ticket.id, Ticket.user_id),
            (ThreadEntry.id, ThreadEntry.user_id),
            (Collaborator.id, Collaborator.user_id),
        )
    ]
    tickets, entries, followed = (int(reading().scalar(query) or 0) for query in counted)
    addresses = select(UserEmail.address).where(UserEmail.user_id == user_id).order_by(UserEmail.id).limit(50)
    return Moves(tickets, entries, followed, tuple(reading().scalars(addresses)))


def merge(actor: Actor, survivor_id: int, merged_id: int) -> None:
    """Make one user of two. What the survivor has counts; what they lack (organization, phone …) is taken from the other one.

    Raises:
        DirectoryProblem: they are the same, one is gone, or the one that would go is an agent.
    """
    transact(lambda session: _merge(session, actor, survivor_id, merged_id), race=True)


def _merge(session: Session, actor: Actor, survivor_id: int, merged_id: int) -> None:
    """One attempt."""
    if survivor_id == merged_id:
        raise directory.DirectoryProblem(_("These are the same user."), "other")
    held = select(User).where(User.id.in_((survivor_id, merged_id))).order_by(User.id).with_for_update()
    found = {user.id: user for user in session.scalars(held)}
    if len(found) < 2:
        raise directory.DirectoryProblem(_("This was deleted meanwhile."))
    survivor, merged = found[survivor_id], found[merged_id]
    if session.scalar(select(Agent.id).where(Agent.user_id == merged_id)) is not None:
        raise directory.DirectoryProblem(
            _("%(name)s is an agent, so it is the other one who goes.", name=merged.name), "other"
        )
    names = {"user": (f"{merged.name} ({merged_id})", f"{survivor.name} ({survivor_id})")}
    _move(session, survivor_id, merged_id)
    _fill(survivor, merged)
    sessions.lock_out(session, merged_id)
    words = f"{actor.name} merged the user {merged.name} ({merged_id}) into {survivor.name} ({survivor_id})"
    log.changed(session, actor, "user", survivor.name, names, act="merged", words=words, level="warning")
    leaving.announce(session, actor, merged_id, "users_merged", {"survivor_id": survivor_id, "merged_id": merged_id})


def _move(session: Session, survivor_id: int, merged_id: int) -> None:
    """Give rows over. Nobody follows a ticket twice, or one that is their own."""
    for model in (Ticket, ThreadEntry, TicketEvent):
        session.execute(update(model).where(model.user_id == merged_id).values(user_id=survivor_id))
    follows = select(Collaborator.ticket_id).where(Collaborator.user_id == survivor_id)
    session.execute(delete(Collaborator).where(Collaborator.user_id == merged_id, Collaborator.ticket_id.in_(follows)))
    session.execute(update(Collaborator).where(Collaborator.user_id == merged_id).values(user_id=survivor_id))
    own = select(Ticket.id).where(Ticket.user_id == survivor_id)
    session.execute(delete(Collaborator).where(Collaborator.user_id == survivor_id, Collaborator.ticket_id.in_(own)))
    addresses = update(UserEmail).where(UserEmail.user_id == merged_id)
    session.execute(addresses.values(user_id=survivor_id, is_primary=False))


def _fill(survivor: User, merged: User) -> None:
    """What the survivor lacks; a ban of either holds."""
    if survivor.organization_id is None:
        survivor.organization_id, survivor.is_primary_contact = merged.organization_id, merged.is_primary_contact
    for name in ("phone", "locale", "timezone"):
        setattr(survivor, name, getattr(survivor, name) or getattr(merged, name))
    survivor.notes = "\n\n".join(filter(None, (survivor.notes, merged.notes)))
    survivor.is_banned = survivor.is_banned or merged.is_banned
    merged.organization_id, merged.is_primary_contact, merged.is_banned = None, False, True
