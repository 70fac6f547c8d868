"""Merged and linked tickets as conditions know them, and merging many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import ActionField, Actor, BulkAction, Field, FieldType, Ticket, TicketView
from hookdesk_merge import merging, undoing
from hookdesk_merge.models import Link


def fields() -> Sequence[Field]:
    """Conditions on stored tickets."""
    tied = select(Link.id).where((Link.low_id == Ticket.id) | (Link.high_id == Ticket.id)).correlate(Ticket)
    given: Mapping[str, Any] = {"is_early": False, "read": lambda draft: False}
    return [
        Field("merged", _("Merged into another"), FieldType.BOOLEAN, Ticket.merged_into_id.is_not(None), "", **given),
        Field("linked", _("Linked with another"), FieldType.BOOLEAN, tied.exists(), "", **given),
    ]


def actions() -> Sequence[BulkAction]:
    """Merge the selected tickets."""
    which = ActionField("into", _("Into which"), "choice", _choices)
    return [
        BulkAction(
            "merge", _("Merge"), apply=_alone, undo=_undo, together=_merge, fields=(which,),
            permission=merging.PERMISSION, icon="merge",
        )
    ]  # fmt: skip


def _choices() -> list[tuple[str, str]]:
    """Which ticket the others go into."""
    return [("oldest", _("The oldest of them")), ("newest", _("The newest of them"))]


def _alone(actor: Actor, ticket: TicketView, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """One ticket alone is merged with nothing."""
    return None


def _merge(actor: Actor, tickets: Sequence[TicketView], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Merge them all into one."""
    ordered = sorted((view.id for view in tickets), reverse=values.get("into") == "newest")
    return {"merges": merging.merge(actor, ordered[0], ordered[1:])}


def _undo(actor: Actor, ticket: TicketView, kept: Mapping[str, Any]) -> None:
    """Take the merges apart, the last one first."""
    for merge_id in reversed(kept["merges"]):
        undoing.undo(actor, merge_id)
