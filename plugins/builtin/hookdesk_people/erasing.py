"""Forgetting a person: their name, addresses and words, or all of their tickets."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    Attachment,
    Collaborator,
    Decision,
    IntakeRecord,
    ThreadEntry,
    Ticket,
    TicketEvent,
    User,
    UserEmail,
    directory,
    emit,
    forget_inbound,
    log,
    sessions,
    transact,
)
from hookdesk_people import leaving

NOBODY = "Erased person"
GONE = "[erased]"
BATCH = 1000


def erase(actor: Actor, user_id: int, *, with_tickets: bool) -> None:
    """Replace a person's name, addresses and words by nothing that tells of them; with their tickets, delete these and the user, too.

    Raises:
        DirectoryProblem: they are gone, or an active agent.
    """

    def work(session: Session) -> None:
        user = _may_go(session, user_id)
        addresses = list(session.scalars(select(UserEmail.address).where(UserEmail.user_id == user_id)))
        _forget_words(session, user_id)
        _forget_mail(session, user_id, addresses)
        _forget_person(session, user)
        _tell(session, actor, user_id, addresses, "erased", with_tickets)

    transact(work)


def remove(actor: Actor, user_id: int, *, with_tickets: bool) -> None:
    """Delete a user. What they wrote in other people's tickets stays, with their name.

    Raises:
        DirectoryProblem: they have tickets and `with_tickets` is off, are an agent, or are gone.
    """

    def work(session: Session) -> None:
        user = _may_go(session, user_id)
        if session.scalar(select(Agent.id).where(Agent.user_id == user_id)) is not None:
            raise directory.DirectoryProblem(
                _("%(name)s was an agent; what agents wrote keeps their name.", name=user.name)
            )
        if not with_tickets and session.scalar(select(Ticket.id).where(Ticket.user_id == user_id).limit(1)) is not None:
            raise directory.DirectoryProblem(
                _("%(name)s has tickets. Nothing was deleted.", name=user.name), "with_tickets"
            )
        addresses = list(session.scalars(select(UserEmail.address).where(UserEmail.user_id == user_id)))
        sessions.lock_out(session, user_id)
        session.execute(delete(UserEmail).where(UserEmail.user_id == user_id))
        user.is_banned = True
        _tell(session, actor, user_id, addresses, "deleted", True, user.name)

    transact(work)


def _may_go(session: Session, user_id: int) -> User:
    """The user, held, unless they work here."""
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise directory.DirectoryProblem(_("This was deleted meanwhile."))
    if session.scalar(select(Agent.id).where(Agent.user_id == user_id, Agent.is_active)) is not None:
        raise directory.DirectoryProblem(_("%(name)s works here; deactivate the agent first.", name=user.name))
    return user


def _tell(
    session: Session, actor: Actor, user_id: int, addresses: list[str], act: str, goes: bool, name: str = ""
) -> None:
    """A line in the log that names nobody who is erased, and the event."""
    words = f"{actor.name} {act} the user {name or user_id}{', tickets too' if goes and act == 'erased' else ''}"
    log.changed(session, actor, "user", name or str(user_id), {}, act=act, words=words, level="warning")
    data: dict[str, Any] = {"user_id": user_id, "addresses": addresses}
    if goes:
        leaving.announce(session, actor, user_id, "person_erased", data)
    else:
        emit(session, "person_erased", data)


def _forget_words(session: Session, user_id: int) -> None:
    """What they wrote and sent, wherever it stands, and what repeats it."""
    entries = select(ThreadEntry.id).where(ThreadEntry.user_id == user_id)
    own = select(Ticket.id).where(Ticket.user_id == user_id)
    session.execute(delete(Attachment).where(Attachment.entry_id.in_(entries)))
    written = select(ThreadEntry.ticket_id).where(ThreadEntry.user_id == user_id)
    shown = or_(Ticket.user_id == user_id, Ticket.id.in_(written))
    session.execute(update(Ticket).where(shown).values(snippet="", snippet_by="", updates=Ticket.updates + 1))
    session.execute(update(Ticket).where(Ticket.user_id == user_id).values(subject=GONE))
    blank: dict[str, Any] = {
        "author": NOBODY,
        "text": GONE,
        "html": "",
        "quoted": "",
        "message_id": None,
        "recipients": [],
    }
    session.execute(update(ThreadEntry).where(ThreadEntry.user_id == user_id).values(**blank))
    answers = update(ThreadEntry).where(ThreadEntry.ticket_id.in_(own))
    session.execute(answers.values(quoted="", recipients=[]))
    session.execute(update(TicketEvent).where(TicketEvent.user_id == user_id).values(actor=NOBODY))
    told = TicketEvent.kind.startswith("field:")  # before and after of what was filled in
    session.execute(update(TicketEvent).where(TicketEvent.ticket_id.in_(own), told).values(data={}))
    session.execute(update(Decision).where(Decision.ticket_id.in_(own)).values(reason="", changes={}, compared=[]))


def _forget_mail(session: Session, user_id: int, addresses: list[str]) -> None:
    """What came in from them, as it came."""
    own = select(Ticket.id).where(Ticket.user_id == user_id)
    theirs = or_(IntakeRecord.sender.in_(addresses), IntakeRecord.ticket_id.in_(own))
    ids = list(session.scalars(select(IntakeRecord.id).where(theirs, IntakeRecord.outcome != "pending")))
    nothing: dict[str, Any] = {"raw": b"", "meta": {}, "sender": "", "subject": GONE}
    for start in range(0, len(ids), BATCH):
        forget_inbound(session, IntakeRecord.id.in_(ids[start : start + BATCH]), **nothing)


def _forget_person(session: Session, user: User) -> None:
    """Who they are, and where they were signed in."""
    sessions.forget(session, user.id)
    session.execute(delete(UserEmail).where(UserEmail.user_id == user.id))
    session.execute(delete(Collaborator).where(Collaborator.user_id == user.id))
    user.name, user.phone, user.notes, user.locale, user.timezone = NOBODY, "", "", "", ""
    user.organization_id, user.is_primary_contact, user.is_banned = None, False, True
    former = session.scalar(select(Agent).where(Agent.user_id == user.id))
    if former is not None:
        entries = update(ThreadEntry).where(ThreadEntry.agent_id == former.id)
        session.execute(entries.values(author=NOBODY))
        former.name, former.login = NOBODY, f"erased-{former.id}"
        former.signature = former.phone = former.notes = ""
