"""The tags that there are, and those of tickets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from hookdesk.api import cached, clean_line, reading
from hookdesk_tags.models import Tag, TicketTag

MOST_TAGS = 2000
MOST_ON_TICKET = 30
LONGEST = 40
SUGGESTED = 10
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Label:
    """A tag as pages show it."""

    id: int
    name: str
    colour: int

    @property
    def key(self) -> str:
        """Its name as it is compared."""
        return key_of(self.name)


def key_of(name: str) -> str:
    """A name as it is compared: "VIP " and "vip" are one tag."""
    return clean_line(name).strip().casefold()[: 2 * LONGEST]


def kept() -> Mapping[int, Label]:
    """Every tag by its id, in the order of names; kept by each process until one of them changes."""
    return cached("tags.all", everything)


def everything() -> dict[int, Label]:
    """The same, read anew."""
    rows = reading().all(select(Tag.id, Tag.name, Tag.colour).order_by(Tag.key).limit(MOST_TAGS))
    return {row.id: Label(row.id, row.name, row.colour) for row in rows}


def of_tickets(ticket_ids: Sequence[int]) -> dict[int, list[Label]]:
    """Ticket → its tags by name, for tickets that the caller may know of. No query while there is no tag."""
    known = kept()
    if not known or not ticket_ids:
        return {}
    asked = select(TicketTag.ticket_id, TicketTag.tag_id).where(TicketTag.ticket_id.in_(ticket_ids))
    found: dict[int, list[Label]] = defaultdict(list)
    for row in reading().all(asked):
        if row.tag_id in known:
            found[row.ticket_id].append(known[row.tag_id])
    return {ticket_id: sorted(labels, key=lambda one: one.key) for ticket_id, labels in found.items()}


def suggested(text: str, without: Iterable[int] = ()) -> list[Label]:
    """A few tags that have what somebody is typing in their names; those that begin with it come first."""
    typed, left_out = key_of(text), frozenset(without)
    fitting = [one for one in kept().values() if typed in one.key and one.id not in left_out]
    return sorted(fitting, key=lambda one: (not one.key.startswith(typed), one.key))[:SUGGESTED]


def uses(*tag_ids: int) -> dict[int, int]:
    """Tag → on how many tickets it stands, whoever may see them: counted to 1,001 and no further. Of these tags, or of all."""
    few = select(TicketTag.ticket_id).where(TicketTag.tag_id == Tag.id).limit(MOST_COUNTED + 1).correlate(Tag)
    counted = select(Tag.id, select(func.count()).select_from(few.subquery()).scalar_subquery().label("tickets"))
    asked = counted.where(Tag.id.in_(tag_ids)) if tag_ids else counted
    return {row.id: row.tickets for row in reading().all(asked)}
