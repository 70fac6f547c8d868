"""What the picker in a composer offers for a ticket, and what is put into the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Row, or_, select

from hookdesk.api import Actor, Department, NotFound, ThreadEntry, TicketView, User, entry_scope, reading, text_to_html
from hookdesk_canned import rights
from hookdesk_canned.models import Response

OFFERED = 25
Item = dict[str, str]


def for_ticket(actor: Actor, view: TicketView, text: str) -> list[Item]:
    """Responses that fit a ticket, and its own messages; those in the requester's language and those used most come first."""
    locale = reading().scalar(select(User.locale).where(User.id == view.user_id)) or ""
    rows = _responses(actor, text, view.department_id, locale)
    items = [_item(row, url_for("canned.insert", number=view.number, response_id=row.id)) for row in rows]
    return items + _messages(view, text)


def for_new(actor: Actor, text: str) -> list[Item]:
    """Responses for a ticket that is not there yet; their variables are filled in once it is."""
    return [_item(row, url_for("canned.insert_new", response_id=row.id)) for row in _responses(actor, text)]


def _responses(actor: Actor, text: str, department_id: int | None = None, locale: str = "") -> Sequence[Row[Any]]:
    """Those that have the text in their title or words."""
    asked = (
        select(Response.id, Response.title, Response.locale, Response.uses, Department.name.label("department"))
        .outerjoin(Department, Department.id == Response.department_id)
        .where(Response.is_active, rights.usable(department_id, frozenset(actor.departments)))
    )
    for word in text.split()[:8]:
        has = Response.title.icontains(word, autoescape=True), Response.words.icontains(word, autoescape=True)
        asked = asked.where(or_(*has))
    fits = Response.locale.in_(("", locale)) if locale else Response.locale == ""
    return reading().all(asked.order_by(fits.desc(), Response.uses.desc(), Response.title).limit(OFFERED))


def _item(row: Row[Any], url: str) -> Item:
    """One line of the picker."""
    return {
        "label": row.title,
        "hint": " · ".join(part for part in (row.department or "", row.locale) if part),
        "url": url,
        "is_post": True,
    }


def _messages(view: TicketView, text: str) -> list[Item]:
    """The requester's first and last message, to be quoted."""
    words = {"first": _("Original message"), "last": _("Last message")}
    return [
        {"label": label, "hint": _("Quotation"), "url": url_for("canned.quote", number=view.number, which=which)}
        for which, label in words.items()
        if text.casefold() in label.casefold()
    ]


def response(actor: Actor, response_id: int, department_id: int | None = None) -> Row[Any]:
    """A response that may be used on tickets of that department.

    Raises:
        NotFound: there is none, or it is for others.
    """
    asked = select(Response.id, Response.html).where(Response.id == response_id, Response.is_active)
    row = reading().first(asked.where(rights.usable(department_id, frozenset(actor.departments))))
    if row is None:
        raise NotFound("no such canned response")
    return row


def quoted(actor: Actor, view: TicketView, which: str) -> str:
    """The first or the last message as a quotation; "" if there is none."""
    order = ThreadEntry.id if which == "first" else ThreadEntry.id.desc()
    asked = select(ThreadEntry.text).where(ThreadEntry.ticket_id == view.id, ThreadEntry.kind == "message")
    text = reading().scalar(asked.where(entry_scope(actor)).order_by(order).limit(1)) or ""
    return f"<blockquote>{text_to_html(text)}</blockquote><p></p>" if text else ""
