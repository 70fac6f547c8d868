"""Mentions on a ticket's page: a mark on the entries that call the reader, and below the thread what is still to be answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy import Row, select

from hookdesk.api import Actor, Agent, EntryMark, SlotContent, TicketView, reading
from hookdesk_mentions.models import Mention

_NAMED = select(Mention.entry_id, Mention.agent_id, Mention.open_for, Agent.name, Agent.login).join(
    Agent, Agent.id == Mention.agent_id
)
_SHOWN = "mentions_shown"


def marks(actor: Actor, entries: Sequence[Any]) -> Sequence[EntryMark]:
    """A mark on each entry that calls the reader. No query for a page on which no agent wrote an "@"."""
    asked = [row.id for row in entries if row.kind != "message" and "@" in row.text]
    rows: Sequence[Row[Any]] = reading().all(_NAMED.where(Mention.entry_id.in_(asked))) if asked else ()
    setattr(g, _SHOWN, rows)
    return [EntryMark(row.entry_id, _("Mentions you"), look="info") for row in rows if row.agent_id == actor.agent_id]


def below(actor: Actor, ticket: TicketView) -> list[SlotContent]:
    """The names for the script that highlights them, and a way to tick the reader's off."""
    rows = g.get(_SHOWN, ())
    if not rows:
        return []
    is_open = any(row.open_for == actor.agent_id for row in rows)
    names = sorted({name for row in rows for name in (row.name, row.login) if name}, key=len, reverse=True)
    return [SlotContent("mentions/below.html", {"ticket": ticket, "names": names, "is_open": is_open})]
