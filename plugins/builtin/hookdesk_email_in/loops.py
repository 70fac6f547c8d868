"""Loops: two programs that answer each other. What looks like one is kept aside, where an administrator sees it, and answered by nobody.

A program that says that it is one is never answered in the first place. What is left is one that does not: it sends the same words again
and again, or more than a person writes.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from flask_babel import ngettext
from sqlalchemy import ColumnElement, func, select

from hookdesk.api import (
    Health,
    InboundMessage,
    IntakeRecord,
    MessageKind,
    Outcome,
    Sender,
    ThreadEntry,
    Ticket,
    Verdict,
    clock,
    reading,
)
from hookdesk_email_in.settings import Settings

CUT = "a mail loop was cut"
"""How the reason in the ledger begins."""
MOST_FACTOR = 10
"""So many times as many mails as equal ones may come from one sender to one ticket."""
_COMPARED = 500
_LOOKED_AT = 200
_COUNTED = 10_000
"""Of the mails in quarantine so many are looked through."""

log = logging.getLogger(__name__)


def on_ticket(message: InboundMessage, sender: Sender, ticket_id: int, settings: Settings) -> Verdict | None:
    """What speaks against a mail on a ticket: its sender has written the same there too often, or too much."""
    return _cut(message, settings, ThreadEntry.ticket_id == ticket_id, _by(sender), "on one ticket")


def new_ticket(message: InboundMessage, user_id: int | None, settings: Settings) -> Verdict | None:
    """What speaks against one more ticket: its sender has opened the same again and again. Many different ones are no loop."""
    if user_id is None or message.kind is not MessageKind.MESSAGE:
        return None
    since = clock.now() - timedelta(minutes=settings.loop_minutes)
    own = select(Ticket.id).where(Ticket.user_id == user_id, Ticket.last_activity_at > since)
    own = own.order_by(Ticket.last_activity_at.desc()).limit(_LOOKED_AT)
    found = _texts(ThreadEntry.ticket_id.in_(own), ThreadEntry.user_id == user_id, settings)
    return _verdict(message, settings, found.count(_words(message)), 0, "in tickets of its own")


def _by(sender: Sender) -> ColumnElement[bool]:
    return ThreadEntry.user_id.is_(None) if sender.user_id is None else ThreadEntry.user_id == sender.user_id


def _cut(
    message: InboundMessage, settings: Settings, where: ColumnElement[bool], by: ColumnElement[bool], place: str
) -> Verdict | None:
    if not settings.loop_mails:
        return None
    found = _texts(where, by, settings)
    return _verdict(message, settings, found.count(_words(message)), len(found), place)


def _texts(where: ColumnElement[bool], by: ColumnElement[bool], settings: Settings) -> list[str]:
    """What somebody wrote by mail within the window, the newest first, as far as it is compared."""
    rows = reading().scalars(
        select(func.substr(ThreadEntry.text, 1, 2 * _COMPARED))
        .where(where, by, ThreadEntry.channel == "email", ThreadEntry.kind != "response")
        .where(ThreadEntry.created_at > clock.now() - timedelta(minutes=settings.loop_minutes))
        .order_by(ThreadEntry.id.desc())
        .limit(_LOOKED_AT)
    )
    return [_alike(text) for text in rows]


def _verdict(message: InboundMessage, settings: Settings, equal: int, all_of_them: int, place: str) -> Verdict | None:
    limit, minutes = settings.loop_mails, settings.loop_minutes
    equal = (
        equal if message.kind is not MessageKind.BOUNCE else 0
    )  # one for each mail that we send: no loop, since none is answered
    if not limit or (equal < limit and all_of_them < limit * MOST_FACTOR):
        return None
    what = f"{equal} mails with the same words" if equal >= limit else f"{all_of_them} mails"
    reason = f"{CUT}: {what} from {message.sender_address} {place} within {minutes} minutes"
    log.warning("%s; what follows is kept aside", reason)
    return Verdict.quarantine(reason)


def _words(message: InboundMessage) -> str:
    return _alike((message.reply or message.text)[: 2 * _COMPARED])


def _alike(text: str) -> str:
    """The words as they are compared: an entry and a mail may break their lines differently."""
    return " ".join(text.split())[:_COMPARED]


def health() -> list[Health]:
    """A warning while a loop that was cut is in quarantine and younger than a day."""
    # by the index alone; what is older than that is older than a day, or the list of quarantined mails says enough
    newest = (
        select(IntakeRecord.id)
        .where(IntakeRecord.outcome == Outcome.QUARANTINED)
        .order_by(IntakeRecord.id.desc())
        .limit(_COUNTED)
        .subquery()
    )
    since = clock.now() - timedelta(days=1)
    cut = int(
        reading().scalar(
            select(func.count()).where(
                IntakeRecord.id.in_(select(newest.c.id)),
                IntakeRecord.reason.startswith(CUT),
                IntakeRecord.settled_at > since,
            )
        )
    )
    if not cut:
        return []
    told = ngettext(
        "%(num)s mail of a loop was kept aside within a day; its reason names the sender.",
        "%(num)s mails of loops were kept aside within a day; their reasons name the senders.",
        cut,
    )
    return [Health("mail loops", "warning", told)]
