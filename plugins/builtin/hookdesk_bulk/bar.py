"""The bar below a list: what stands in it, for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hookdesk.api import Actor, BulkAction
from hookdesk_bulk import actions
from hookdesk_desk import queues, settings
from hookdesk_desk.trail import Trail

IN_SIGHT = 4
"""So many actions have a button of their own; the others stand in a menu."""
KEYS = {"assign": "a", "status": "s", "priority": "p"}


def context(actor: Actor, trail: Trail) -> Mapping[str, Any]:
    """What the template of the bar is given."""
    offered = sorted(
        actions.offered(actor), key=lambda action: bool(action.confirm)
    )  # what cannot be undone comes last
    total = "" if trail.only or trail.pick else queues.counts(actor).get(trail.queue.key, "")
    return {
        "first": offered[:IN_SIGHT],
        "more": offered[IN_SIGHT:],
        "keys": KEYS,
        "total": total,
        "is_longer": not total.isdigit() or int(total) > settings.current().page_size,
        "given": trail.ticket_args(),
        "trail": trail,
    }


def asks(action: BulkAction) -> bool:
    """True if an action asks for something, or once more, before it is done."""
    return bool(action.fields or action.confirm)
