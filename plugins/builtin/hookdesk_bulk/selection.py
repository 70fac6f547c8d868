"""Which tickets an agent means: those that they ticked, or all of the list that they look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy import select

from hookdesk.api import Actor, Ticket, listing, reading, scope
from hookdesk_desk import trail
from hookdesk_desk.trail import Trail

MOST = 5_000
"""Tickets of one run at most; of a longer list, its first ones."""
MOST_TICKED = 500
"""Tickets of one page at most."""
PIECE = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """A ticket that was chosen. `ticket_id` is None for a number that leads this agent nowhere."""

    number: str
    ticket_id: int | None


@dataclass(frozen=True, slots=True)
class Selection:
    """What was sent: ticked numbers, or `whole` for all of the list that `trail` leads to."""

    trail: Trail
    numbers: tuple[str, ...]
    whole: bool

    def tickets(self, actor: Actor, most: int = MOST) -> list[Chosen]:
        """The tickets that are meant, in order; of a list so many at most."""
        return _of_list(actor, self.trail, most) if self.whole else _of_numbers(actor, self.numbers)


def given(actor: Actor) -> Selection:
    """The selection in this request."""
    numbers = tuple(dict.fromkeys(number[:40] for number in request.form.getlist("selected")))
    return Selection(trail.given(actor), numbers[: MOST_TICKED + 1], bool(request.form.get("whole")))


def _of_numbers(actor: Actor, numbers: Sequence[str]) -> list[Chosen]:
    """Ticked tickets; whether one is out of sight or does not exist stays the same."""
    asked = select(Ticket.number, Ticket.id).where(Ticket.number.in_(numbers), scope(actor))
    known = {row.number: row.id for row in reading().all(asked)} if numbers else {}
    return [Chosen(number, known.get(number)) for number in numbers]


def _of_list(actor: Actor, way: Trail, most: int) -> list[Chosen]:
    """The first tickets of a list, in its order."""
    found = listing.page_ids(
        actor,
        way.queue.state,
        way.order,
        way.conditions(actor),
        limit=most,
        is_bounded=way.is_bounded,
        is_listed=way.queue.is_listed,
    )
    return _of_ids([row.id for row in found])


def _of_ids(ids: Sequence[int]) -> list[Chosen]:
    """Tickets that came out of a scope, in their order, with their numbers."""
    asked = (select(Ticket.id, Ticket.number).where(Ticket.id.in_(piece)) for piece in _pieces(ids))
    numbers = {row.id: row.number for statement in asked for row in reading().all(statement)}
    return [Chosen(numbers[ticket_id], ticket_id) for ticket_id in ids if ticket_id in numbers]


def _pieces(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """Ids in pieces that a statement takes."""
    return (ids[start : start + PIECE] for start in range(0, len(ids), PIECE))
