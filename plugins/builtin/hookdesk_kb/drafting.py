"""An article from what was written on a ticket: its words and files, and what in them may name a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
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
    people,
    reading,
    text_to_html,
)
from hookdesk_kb.files import Added, stored

_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"\+?\(?\d[\d ()/.-]{6,}\d")
MOST_TOLD = 12


@dataclass(frozen=True, slots=True)
class Source:
    """What an article begins with. `personal`: names, addresses and numbers that stand in it; `pictures` too; `files` came with it.
    `url` leads back to the entry.
    """

    title: str
    html: str
    personal: tuple[str, ...]
    pictures: Sequence[StoredFile]
    files: Sequence[Row[Any]]
    number: str
    url: str

    def taken(self, ids: Collection[str]) -> list[Added]:
        """The files that were chosen to come along."""
        return [Added(stored(row)) for row in self.files if str(row.id) in ids]


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
    inside = [file for file in files if file.content_id and f"cid:{file.content_id}" in row.html]
    html = row.html or str(text_to_html(row.text))
    has_desk = "desk.ticket" in current_app.view_functions
    url = url_for("desk.ticket", number=ticket.number, _anchor=f"entry-{entry_id}") if has_desk else ""
    personal = tuple(_personal(ticket, row.author, row.text))[:MOST_TOLD]
    rest = [file for file in files if file not in inside]
    return Source(ticket.subject, html, personal, [stored(file) for file in inside], rest, ticket.number, url)


def _personal(ticket: TicketView, author: str, text: str) -> Iterator[str]:
    """What in a text may be about one person: names of requester and writer, addresses, long numbers, the ticket's own number."""
    told: dict[str, None] = {}
    plain = f"{ticket.subject}\n{text}"
    whole = (ticket.requester, author)
    names = [*whole, *" ".join(whole).split(), people.primary_address(ticket.user_id), ticket.number]
    for name in filter(lambda one: len(one) > 2, names):
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", plain, re.IGNORECASE):
            told[name] = None
    for pattern in (_ADDRESS, _NUMBER):
        told |= dict.fromkeys(found[0].strip() for found in pattern.finditer(plain))
    yield from told
