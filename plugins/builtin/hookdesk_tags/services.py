"""Tags are put on tickets here, made, renamed, merged and deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, insert, literal, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Forbidden,
    Ticket,
    access_ticket,
    clean_line,
    clock,
    events,
    log,
    tickets,
    transact,
    wake,
)
from hookdesk_tags import catalogue, telling
from hookdesk_tags.catalogue import LONGEST, MOST_ON_TICKET, MOST_TAGS, Label, key_of
from hookdesk_tags.models import Tag, TicketTag
from hookdesk_tags.palette import COLOURS

PERMISSION = "ticket.edit"
CREATE = "tag.create"
LIKE = ("ticket.transfer",)
"""Whoever may move tickets between departments has a say in how they are sorted, and makes tags at first."""


class TagProblem(tickets.TicketProblem):
    """What was asked for cannot be done; the message is for whoever asked."""


def add(actor: Actor, ticket_id: int, names: Iterable[str]) -> list[int]:
    """Put tags on a ticket by their names; the ids of those that it did not have yet. A name that is new makes a tag.

    Raises:
        NotFound, Forbidden: as the guard says; making a tag needs the permission `tag.create` in the ticket's department.
        TagProblem: a name is too long, or there are too many.
    """
    view = access_ticket(actor, ticket_id, PERMISSION)
    may_make = actor.may(CREATE, view.department_id)

    def work(session: Session) -> list[int]:
        ticket = tickets.locked(session, ticket_id)
        wanted = [_found_or_made(session, actor, name, may_make).id for name in _cleaned(names)]
        return put_on(session, ticket, actor, wanted)

    return transact(work, race=True)


def put(actor: Actor, ticket_id: int, tag_ids: Iterable[int]) -> list[int]:
    """The same by ids; an id that no tag has is passed over."""
    access_ticket(actor, ticket_id, PERMISSION)
    wanted = list(tag_ids)
    return transact(lambda session: put_on(session, tickets.locked(session, ticket_id), actor, wanted))


def take(actor: Actor, ticket_id: int, tag_ids: Iterable[int]) -> list[int]:
    """Take tags from a ticket; the ids of those that it had.

    Raises:
        NotFound, Forbidden: as the guard says.
    """
    access_ticket(actor, ticket_id, PERMISSION)
    unwanted = set(tag_ids)
    return transact(lambda session: take_off(session, tickets.locked(session, ticket_id), actor, unwanted))


def _cleaned(names: Iterable[str]) -> list[str]:
    """Names as they are stored, each once."""
    cleaned: dict[str, str] = {}
    for name in names:
        if key := key_of(name):
            cleaned.setdefault(key, clean_line(name).strip())
    if any(len(name) > LONGEST for name in cleaned.values()):
        raise TagProblem(_("A tag has at most %(most)s characters.", most=LONGEST))
    return list(cleaned.values())


def _found_or_made(session: Session, actor: Actor, name: str, may_make: bool) -> Tag:
    """The tag of that name."""
    tag = session.scalar(select(Tag).where(Tag.key == key_of(name)))
    if tag is None and not may_make:
        raise Forbidden(CREATE, _("There is no tag “%(name)s”, and you may not make new ones.", name=name))
    return tag or _make(session, actor, name, 0)


def _make(session: Session, actor: Actor, name: str, colour: int) -> Tag:
    """A new tag."""
    if len(catalogue.everything()) >= MOST_TAGS:
        raise TagProblem(_("There are %(most)s tags already; that is the limit.", most=MOST_TAGS))
    tag = Tag(name=name, key=key_of(name), colour=colour, created_at=clock.now())
    session.add(tag)
    session.flush()
    log.changed(session, actor, "tag", name, {}, act="created")
    return tag


def on(session: Session, ticket_id: int) -> list[int]:
    """The tags of a ticket."""
    return list(session.scalars(select(TicketTag.tag_id).where(TicketTag.ticket_id == ticket_id)))


def put_on(session: Session, ticket: Ticket, actor: Actor, wanted: Sequence[int]) -> list[int]:
    """Put tags on a locked ticket."""
    before = on(session, ticket.id)
    there = session.scalars(select(Tag.id).where(Tag.id.in_(wanted))).all()
    new = [one for one in dict.fromkeys(wanted) if one in there and one not in before]
    if len(before) + len(new) > MOST_ON_TICKET:
        raise TagProblem(_("A ticket has at most %(most)s tags.", most=MOST_ON_TICKET))
    if new:
        session.execute(insert(TicketTag), [{"ticket_id": ticket.id, "tag_id": one} for one in new])
        _tell(session, ticket, actor, before, [*before, *new])
    return new


def take_off(session: Session, ticket: Ticket, actor: Actor, unwanted: Collection[int]) -> list[int]:
    """Take tags from a locked ticket; those that it had."""
    before = on(session, ticket.id)
    gone = [one for one in before if one in unwanted]
    if gone:
        session.execute(delete(TicketTag).where(TicketTag.ticket_id == ticket.id, TicketTag.tag_id.in_(gone)))
        _tell(session, ticket, actor, before, [one for one in before if one not in unwanted])
    return gone


def _tell(session: Session, ticket: Ticket, actor: Actor, before: Sequence[int], after: Sequence[int]) -> None:
    """A line in the ticket's log, and the event."""
    names = {row.id: row.name for row in session.execute(select(Tag.id, Tag.name).where(Tag.id.in_([*before, *after])))}

    def words(ids: Sequence[int]) -> str:
        return ", ".join(sorted((names[one] for one in ids if one in names), key=str.casefold))

    told = {"before_name": words(before), "after_name": words(after), "label": _("Tags")}
    events.changed(session, ticket, actor, "field:tags", sorted(before), sorted(after), **told)


def save(actor: Actor, name: str, colour: int, tag_id: int | None = None) -> int:
    """Make a tag, or give one another name and colour; its id.

    Raises:
        TagProblem: the name is taken, missing or too long. LookupError: there is no tag of that id.
    """

    def work(session: Session) -> int:
        cleaned = _cleaned([name])
        if not cleaned or colour not in COLOURS:
            raise TagProblem(_("Give the tag a name."))
        if "," in name:
            raise TagProblem(_("Leave out the comma: it stands between tags."))
        other = session.scalar(select(Tag.id).where(Tag.key == key_of(name)))
        if other is not None and other != tag_id:
            raise TagProblem(_("There is a tag of this name already. You can merge the two."))
        if tag_id is None:
            return _make(session, actor, cleaned[0], colour).id
        tag = _held(session, tag_id)
        given = {"name": cleaned[0], "colour": colour}
        changes = {
            field: (getattr(tag, field), value) for field, value in given.items() if getattr(tag, field) != value
        }
        if "name" in changes:
            telling.note(session, tag_id)
        tag.name, tag.key, tag.colour = cleaned[0], key_of(name), colour
        if changes:
            log.changed(session, actor, "tag", tag.name, changes)
        return tag.id

    saved = transact(work, race=True)
    wake(telling.JOB)
    return saved


def merge(actor: Actor, tag_id: int, into_id: int) -> str:
    """Give the tickets of one tag another one instead, and delete it; the name of the other.

    Raises:
        LookupError: one of them is gone. TagProblem: they are the same.
    """

    def work(session: Session) -> str:
        if tag_id == into_id:
            raise TagProblem(_("Choose another tag."))
        tag, into = _held(session, tag_id), _held(session, into_id)
        telling.note(session, tag_id)
        have = select(TicketTag.ticket_id).where(TicketTag.tag_id == into_id)
        rest = select(TicketTag.ticket_id, literal(into_id)).where(
            TicketTag.tag_id == tag_id, TicketTag.ticket_id.not_in(have)
        )
        session.execute(insert(TicketTag).from_select(["ticket_id", "tag_id"], rest))
        session.delete(tag)
        log.changed(session, actor, "tag", tag.name, {"merged into": (None, into.name)}, act="merged", level="warning")
        return into.name

    name = transact(work)
    wake(telling.JOB)
    return name


def remove(actor: Actor, tag_id: int) -> None:
    """Delete a tag; its tickets stay, without it.

    Raises:
        LookupError: there is no such tag.
    """

    def work(session: Session) -> None:
        tag = _held(session, tag_id)
        telling.note(session, tag_id)
        session.delete(tag)
        log.changed(session, actor, "tag", tag.name, {}, act="deleted", level="warning")

    transact(work)
    wake(telling.JOB)


def _held(session: Session, tag_id: int) -> Tag:
    """The tag of that id, until the transaction ends."""
    tag = session.get(Tag, tag_id, with_for_update=True)
    if tag is None:
        raise LookupError(f"there is no tag {tag_id}")
    return tag


def label(tag_id: int) -> Label:
    """A tag by its id.

    Raises:
        LookupError: there is none.
    """
    return catalogue.everything()[tag_id]
