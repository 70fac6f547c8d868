"""Why somebody sees a ticket or does not, and what they may do there: the guard's own legs and permissions, asked one by one.

For people who wonder, never for deciding: `hookdesk.access` decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from hookdesk.access import BINNED, PERMISSIONS, Forbidden, NotFound, access_ticket, demand, legs
from hookdesk.db.context import reading
from hookdesk.hookspecs import AccessHooks
from hookdesk.models import LARGEST_ID, Ticket
from hookdesk.site import site
from hookdesk.types.actors import Actor


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule and whether it holds. `kind` is "leg" (a reason to see the ticket), "plugin" (one that takes it away) or "permission"."""

    kind: str
    name: str
    holds: bool
    words: str = ""


def reasons(actor: Actor, ticket_id: int) -> list[Reason]:
    """Every rule that bears on this actor and this ticket, in the order in which the guard asks.

    Raises:
        NotFound: there is no such ticket at all, or it lies in the bin.
    """
    there = select(Ticket.id).where(Ticket.id == ticket_id, Ticket.state != BINNED)
    if not 0 < ticket_id <= LARGEST_ID or reading().scalar(there) is None:
        raise NotFound("no such ticket")
    found = [Reason("leg", leg.name, _meets(ticket_id, leg.condition)) for leg in legs(actor)]
    narrowed = site().hooks.conditions(AccessHooks.permission_scope, actor=actor)
    found += [Reason("plugin", plugin, _meets(ticket_id, condition)) for plugin, condition in narrowed]
    return found + _permissions(actor, ticket_id)


def sees(found: list[Reason]) -> bool:
    """What the rules come to: one leg holds, and no plugin takes it away."""
    return any(one.holds for one in found if one.kind == "leg") and all(
        one.holds for one in found if one.kind == "plugin"
    )


def _meets(ticket_id: int, condition: ColumnElement[bool]) -> bool:
    """Whether the ticket meets one condition."""
    return reading().scalar(select(Ticket.id).where(Ticket.id == ticket_id, condition)) is not None


def _permissions(actor: Actor, ticket_id: int) -> list[Reason]:
    """What the actor may do with the ticket; nothing if they do not see it."""
    try:
        view = access_ticket(actor, ticket_id)
    except (NotFound, Forbidden):
        return []
    found = []
    known = [name for name, _label, _group in [*PERMISSIONS, *site().hooks.collect(AccessHooks.permissions)]]
    for name in known if actor.is_agent else ["ticket.message"]:
        try:
            demand(actor, name, view)
            found.append(Reason("permission", name, True))
        except Forbidden as refusal:
            found.append(Reason("permission", name, False, refusal.reason))
    return found
