"""How the mails of a ticket fared: the marks at its entries, and the list behind each. One query for the whole page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import BigInteger, Row, bindparam, case, cast, func, literal, null, or_, select, union_all

from hookdesk.api import EntryMark, TicketView, UserEmail, reading
from hookdesk_email_out.bounces import MARKED_AFTER
from hookdesk_email_out.models import Bouncing, Mail

STATE = case(((Mail.state == "waiting") & (Mail.attempts > 0), "deferred"), else_=Mail.state)
"""A mail's state, as people are told of it."""
_KEY = "email_out_deliveries"
BAD = ("bounced", "dead")
_TOLD = or_(Mail.template.not_in(("autoresponse", "received")), Mail.state.in_(BAD))
"""A confirmation that went out is no news beside the message that it confirms."""
_MAILS = (
    select(Mail.entry_id, STATE.label("state"), func.count().label("number"), literal("").label("words"))
    .where(Mail.ticket_id == bindparam("ticket_id"), Mail.entry_id.is_not(None), Mail.is_alert.is_(False), _TOLD)
    .group_by(Mail.entry_id, STATE)
)
_ADDRESS = select(UserEmail.address).where(UserEmail.user_id == bindparam("requester_id"), UserEmail.is_primary)
_OF_TICKET = union_all(
    _MAILS,
    select(cast(null(), BigInteger), literal("bouncing"), Bouncing.count, Bouncing.words).where(
        Bouncing.address == _ADDRESS.scalar_subquery(), Bouncing.count >= MARKED_AFTER
    ),
)
"""The mails of entries, but for alerts, and whether the requester's address bounces. Put together once: every ticket's page asks."""


@dataclass(slots=True)
class Deliveries:
    """Entry id → how many of its mails are in each state; and since when, in the server's words, the requester's address bounces."""

    entries: Mapping[int, Counter[str]] = field(default_factory=dict)
    bounces: int = 0
    words: str = ""


def of(ticket: TicketView) -> Deliveries:
    """What there is to say about a ticket; asked once a request."""
    known: dict[int, Deliveries] = g.setdefault(_KEY, {})
    if ticket.id not in known:
        known[ticket.id] = _read(ticket)
    return known[ticket.id]


def _read(ticket: TicketView) -> Deliveries:
    """Ask, and put the rows together."""
    found, entries = Deliveries(), defaultdict[int, Counter[str]](Counter)
    for entry_id, state, number, words in reading().all(
        _OF_TICKET, {"ticket_id": ticket.id, "requester_id": ticket.user_id}
    ):
        if entry_id is None:
            found.bounces, found.words = number, words
        else:
            entries[entry_id][state] += number
    found.entries = entries
    return found


def marks(ticket: TicketView) -> Sequence[EntryMark]:
    """A mark for each entry that was mailed: the worst of what became of it."""
    return [
        _mark(ticket, entry_id, counts)
        for entry_id, counts in of(ticket).entries.items()
        if set(counts) - {"cancelled"}
    ]


def _mark(ticket: TicketView, entry_id: int, counts: Counter[str]) -> EntryMark:
    """One entry's."""
    url = url_for("email_out.deliveries", number=ticket.number, entry_id=entry_id)
    if bad := sum(counts[state] for state in BAD):
        label = ngettext("Not delivered", "Not delivered to %(num)d recipients", bad)
        return EntryMark(entry_id, label, look="danger", url=url)
    if counts["deferred"]:
        return EntryMark(entry_id, _("Delayed, will be tried again"), look="warning", url=url)
    if counts["waiting"] or counts["sending"]:
        return EntryMark(entry_id, _("Waiting to be sent"), url=url)
    label = ngettext("Sent", "Sent to %(num)d recipients", counts["sent"])
    return EntryMark(entry_id, label, url=url)


def recipients(ticket_id: int, entry_id: int) -> Sequence[Row[Any]]:
    """The mails of an entry, but for alerts, each with its state."""
    columns = (
        Mail.id,
        Mail.name,
        Mail.address,
        STATE.label("state"),
        Mail.error,
        Mail.answer,
        Mail.sent_at,
        Mail.due_at,
        Mail.created_at,
        Mail.attempts,
    )
    theirs = (Mail.ticket_id == ticket_id, Mail.entry_id == entry_id, Mail.is_alert.is_(False))
    return reading().all(select(*columns).where(*theirs).order_by(Mail.id).limit(500))
