"""An article from what was written on a ticket: its words and files, and what in them may name a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup
from sqlalchemy import Row, select

from hookdesk.api import (
    Actor,
    Attachment,
    NotFound,
    StoredFile,
    ThreadEntry,
    TicketView,
    access_ticket,
    entry_scope,
    html_body,
    people,
    reading,
    text_to_html,
)
from hookdesk_kb.files import Added

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"\+?\(?\d[\d ()/.-]{6,}\d")
MOST_TOLD = 12


@dataclass(frozen=True, slots=True)
class Source:
    """What an article begins with. `personal`: names, addresses and numbers that stand in it. `url` leads back to the entry."""

    title: str
    html: Markup
    personal: tuple[str, ...]
    files: Sequence[Row[Any]]
    number: str
    url: str

    def taken(self, ids: Collection[str]) -> list[Added]:
        """The files that were chosen to come along."""
        return [
            Added(StoredFile(row.filename, row.content_type, row.size, row.sha256, row.storage))
            for row in self.files
            if str(row.id) in ids
        ]


def from_entry(actor: Actor, entry_id: int) -> Source:
    """What an entry of a ticket that the actor may see has to give.

    Raises:
        NotFound: there is none, or it is not for them.
    """
    columns = (ThreadEntry.ticket_id, ThreadEntry.text, ThreadEntry.html, ThreadEntry.author)
    row = reading().first(select(*columns).where(ThreadEntry.id == entry_id, entry_scope(actor)))
    if row is None:
        raise NotFound("no such entry")
    ticket = access_ticket(actor, row.ticket_id)
    files = reading().all(select(*Attachment.__table__.columns).where(Attachment.entry_id == entry_id).limit(100))
    html = html_body(row.html, {}, show_remote=False)[0] if row.html else text_to_html(row.text)
    has_desk = "desk.ticket" in current_app.view_functions
    url = url_for("desk.ticket", number=ticket.number, _anchor=f"entry-{entry_id}") if has_desk else ""
    return Source(ticket.subject, html, tuple(_personal(ticket, row.text))[:MOST_TOLD], files, ticket.number, url)


def _personal(ticket: TicketView, text: str) -> Iterator[str]:
    """What in a text may be about one person: the requester's name, addresses, long numbers, the ticket's own number."""
    told: dict[str, None] = {}
    plain = f"{ticket.subject}\n{text}"
    names = [ticket.requester, *ticket.requester.split(), people.primary_address(ticket.user_id), ticket.number]
    for name in filter(lambda one: len(one) > 2, names):
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", plain, re.IGNORECASE):
            told[name] = None
    for pattern in (_ADDRESS, _NUMBER):
        told |= dict.fromkeys(found[0].strip() for found in pattern.finditer(plain))
    yield from told
