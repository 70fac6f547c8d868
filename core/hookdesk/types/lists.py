"""What plugins add to lists of tickets: columns, and what can be done with many tickets at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hookdesk.types.actors import Actor
from hookdesk.types.filtering import ActionField
from hookdesk.types.tickets import TicketView


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of ticket lists and their exports, or a mark beside the subject (`is_mark`).

    `name` is stored with lists and stays for ever. `load(rows)` is asked once a page, with the rows of `listing.rows`: ticket id → what is
    shown, text or Markup; tickets that it leaves out show nothing. `words(rows)` says the same in plain text, for exports.
    """

    name: str
    label: str
    load: Callable[[Sequence[Any]], Mapping[int, str]]
    is_mark: bool = False
    words: Callable[[Sequence[Any]], Mapping[int, str]] | None = None


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something that agents can do with each of many selected tickets.

    `apply(actor, ticket, values)` runs in a job, once for each ticket that the guard lets through with `permission`; it raises
    `TicketProblem` or `Forbidden` for one that cannot be changed. What it returns is stored, and undoes it when handed to
    `undo(actor, ticket, kept)`; None: this one cannot be undone. With `together` it is called once, with all tickets, instead of `apply`.
    """

    name: str
    label: str
    apply: Callable[[Actor, TicketView, Mapping[str, Any]], Mapping[str, Any] | None]
    undo: Callable[[Actor, TicketView, Mapping[str, Any]], None] | None = None
    together: Callable[[Actor, Sequence[TicketView], Mapping[str, Any]], Mapping[str, Any] | None] | None = None
    fields: tuple[ActionField, ...] = ()
    permission: str = "ticket.view"
    icon: str = ""
    confirm: str = ""
