"""Where an agent came from: the queue, its order and filter, carried from page to page in the query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from markupsafe import escape
from sqlalchemy import ColumnElement

from hookdesk.api import Actor, Ticket, TicketView, current_actor, listing
from hookdesk_desk import queues
from hookdesk_desk.queues import Queue

FILTERS = ("unanswered", "mine", "unassigned")


@dataclass(frozen=True, slots=True)
class Trail:
    """A queue with its order ("" for the queue's own), quick filter and value of the queue's own filter ("" for none)."""

    queue: Queue
    sort: str = ""
    only: str = ""
    pick: str = ""

    @property
    def order(self) -> listing.Sort:
        """The order that the list is in."""
        return self.queue.order(self.sort or self.queue.usual) or listing.NEWEST

    def args(self) -> Mapping[str, Any]:
        """As it stands in a query, besides the queue."""
        given = {"sort": self.sort, "only": self.only, "pick": self.pick}
        return {name: value for name, value in given.items() if value}

    def list_url(self, **args: str) -> str:
        """The address of the list, with some of it changed."""
        return self.queue.url(**{name: value for name, value in {**self.args(), **args}.items() if value})

    def ticket_args(self) -> Mapping[str, Any]:
        """What a link to a ticket carries along."""
        return {"queue": self.queue.key, **self.args()}

    @property
    def is_bounded(self) -> bool:
        """True if only the newest tickets are looked at."""
        own = self.queue.quick(current_actor()) if self.pick else None
        return self.queue.is_bounded or (own is not None and own.is_bounded)

    def conditions(self, actor: Actor) -> tuple[ColumnElement[bool], ...]:
        """What a ticket of this list meets."""
        quick = {
            "unanswered": (queues.unanswered(),),
            "mine": (Ticket.assignee_id == actor.agent_id,),
            "unassigned": (Ticket.assignee_id.is_(None),),
        }
        found = self.queue.conditions(actor) + quick.get(self.only, ())
        own = self.queue.quick(actor) if self.pick else None
        return (*found, own.condition(actor, self.pick)) if own else found

    def neighbour(self, actor: Actor, ticket: TicketView, forward: bool) -> str | None:
        """The number of the next (or previous) ticket of the list; None at its end."""
        here = listing.Cursor.at(self.order, ticket)
        page = listing.page(
            actor,
            self.queue.state,
            self.order,
            *self.conditions(actor),
            after=here if forward else None,
            before=None if forward else here,
            size=1,
            is_bounded=self.is_bounded,
            is_listed=self.queue.is_listed,
        )
        return page.rows[0].number if page.rows else None


def given(actor: Actor) -> Trail:
    """The trail in this request's query; the first queue where there is none, or none that this agent has."""
    values = request.values
    queue = queues.find(actor, values.get("queue", "")) or queues.find(actor, "")
    return of(queue or queues.of_sidebar(actor)[0])


def of(queue: Queue) -> Trail:
    """The trail for a queue, with order and filter as this request's query says."""
    sort, only, pick = (request.values.get(name, "") for name in ("sort", "only", "pick"))
    own = queue.quick(current_actor()) if pick else None
    return Trail(
        queue,
        sort if sort != queue.usual and queue.order(sort) else "",
        only if only in FILTERS else "",
        pick if own and any(pick == value for value, _label in own.choices) else "",
    )


def cursor(name: str) -> listing.Cursor | None:
    """A cursor of this request's query."""
    return listing.Cursor.load(request.args.get(name, ""))


def filters(trail: Trail) -> list[tuple[str, str, bool]]:
    """Quick filters that make sense on a list: (label, address, is on)."""
    words = {"unanswered": _("Unanswered"), "mine": _("Mine"), "unassigned": _("Unassigned")}
    useless = {"mine": ("mine", "unassigned"), "unassigned": ("mine", "unassigned")}.get(trail.queue.key, ())
    return [
        (words[name], trail.list_url(only="" if trail.only == name else name), trail.only == name)
        for name in FILTERS
        if name not in useless
    ]


def halves(trail: Trail) -> tuple[str, str]:
    """What stands before and after the number in the address of a list's tickets, ready for a template: made once, for lists are long."""
    head, tail = ticket_url("0", trail).split("0", 1)
    return head, escape(tail)


def ticket_url(number: str, trail: Trail, **args: Any) -> str:
    """The address of a ticket, with the way back."""
    return url_for("desk.ticket", number=number, **trail.ticket_args(), **args)
