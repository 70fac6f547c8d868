"""What an agent had begun to write: for the composer, for lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, url_for
from flask_babel import format_time
from flask_babel import gettext as _
from sqlalchemy import Row, bindparam, select

from hookdesk.api import (
    Actor,
    Field,
    FieldType,
    ThreadEntry,
    Ticket,
    TicketView,
    carried,
    clock,
    reading,
)
from hookdesk_drafts import services
from hookdesk_drafts.models import Draft

_DRAFT = select(Draft.place, Draft.text, Draft.values, Draft.updated_at)


_MINE = _DRAFT.where(Draft.ticket_id == bindparam("ticket_id"), Draft.agent_id == bindparam("agent_id")).where(
    ~select(ThreadEntry.id)
    .where(
        ThreadEntry.ticket_id == bindparam("ticket_id"),
        ThreadEntry.agent_id == bindparam("agent_id"),
        ThreadEntry.created_at >= Draft.updated_at,
        Draft.place.endswith(":reply") == (ThreadEntry.kind == "response"),
    )
    .exists()
)
"""Drafts of an agent on a ticket, but what they have sent since. Put together once: every ticket's page asks."""


def field() -> Field:
    """Whose draft a ticket has, in conditions. Nobody is told of others'."""
    column = select(Draft.agent_id).where(Draft.ticket_id == Ticket.id, Draft.agent_id.is_not(None))
    return Field(
        "draft", _("Draft of mine"), FieldType.CHOICE, column, "", is_many=True, read=lambda draft: (), is_early=False,
        group=_("Ticket"), mine="agent_id", owner=(Ticket.id, Draft.ticket_id),
    )  # fmt: skip


def begun(actor: Actor, ticket: TicketView, mode: str) -> Mapping[str, Any]:
    """The draft of a reply or note as the page holds it: where it is kept, and what stands in it, if anything does.

    Both are looked up at once. What was sent meanwhile is none any more, though its event may not have been heard yet.
    """
    known = g.setdefault("drafts", {})
    if ticket.id not in known:
        known[ticket.id] = {
            row.place: row for row in reading().all(_MINE, {"ticket_id": ticket.id, "agent_id": actor.agent_id})
        }
    row = known[ticket.id].get(services.place_of(ticket.id, mode))
    return {"url": url_for("drafts.keep", number=ticket.number, mode=mode), "draft": told(row) if row else None}


def new(actor: Actor) -> dict[str, Any] | None:
    """The ticket that the actor was about to open."""
    row = reading().first(_DRAFT.where(Draft.agent_id == actor.agent_id, Draft.place == services.NEW))
    return told(row) if row else None


def told(row: Row[Any]) -> dict[str, Any]:
    """A draft as the script takes it."""
    files = {name: [carried(file) for file in services.files_of(row.values, name)] for name in services.Files._fields}
    return {
        "text": row.text, "html": row.values.get("html", ""), **files, "fields": row.values.get("fields", {}),
        "saved": saved(row.updated_at),
    }  # fmt: skip


def saved(at: Any = None) -> str:
    """The words that say when it was last kept."""
    return str(_("Draft saved %(time)s", time=format_time(at or clock.now(), "short")))
