"""Where the words stand: a piece of a message or note for each ticket that was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import func, select

from hookdesk.api import Actor, ThreadEntry, entry_scope, fulltext, reading

MOST_ENTRIES = 150
"""Entries of all tickets of a page that are looked through, the newest first; the words of a very long thread may stand in none of them."""
MOST_LETTERS = 3_000


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of what somebody wrote, with the words marked."""

    author: str
    text: Markup
    is_note: bool


def of(actor: Actor, rows: Sequence[Any], words: str) -> Mapping[int, Excerpt]:
    """Ticket id → an excerpt, of tickets that came out of the actor's scope; those whose subject says it all are left out, as are those
    in whose newest entries no word stands.
    """
    ids = [row.id for row in rows]
    if not ids or not words:
        return {}
    text = func.substr(ThreadEntry.text, 1, MOST_LETTERS).label("text")
    asked = select(ThreadEntry.ticket_id, ThreadEntry.author, ThreadEntry.kind, text)
    found: dict[int, Excerpt] = {}
    newest = asked.where(ThreadEntry.ticket_id.in_(ids), entry_scope(actor)).order_by(ThreadEntry.id.desc())
    for row in reading().all(newest.limit(MOST_ENTRIES)):
        if row.ticket_id not in found and fulltext.place(row.text, words) is not None:
            found[row.ticket_id] = Excerpt(row.author, fulltext.excerpt(row.text, words), row.kind == "note")
    return found
