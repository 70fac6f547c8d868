"""What is turned away, and the list of whom it is turned away from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Ticket, TicketDraft, cached, clock, explain, log, people, reading, transact
from hookdesk_limits.models import Blocked

MOST_PARTS = 12
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOMAIN = re.compile(rf"@\.?(?:{_LABEL}\.)*{_LABEL}")


class BlockProblem(ValueError):
    """Something cannot be blocked as written; the message is for whoever wrote it."""


def problems(draft: TicketDraft, most: int) -> Sequence[str]:
    """Why a requester may not have one more open ticket. What an agent opens is not counted against anybody."""
    if not most or draft.user_id is None or draft.agent_id is not None:
        return ()
    number = open_tickets(draft.user_id, most)
    if number < most:
        return ()
    explain(f"the requester has {number} open tickets or more, and may have {most}")
    told: str = ngettext(
        "You have an open ticket already, and one at a time is the limit. Write on it instead, or wait until it is solved.",
        "You have %(num)d open tickets already, which is the limit. Write on one of them, or wait until one is solved.",
        most,
    )
    return (told,)


def open_tickets(user_id: int, most: int) -> int:
    """How many open tickets a requester has, counted no further than `most`."""
    counted = select(Ticket.id).where(Ticket.user_id == user_id, Ticket.state == "open").limit(most)
    return int(reading().scalar(select(func.count()).select_from(counted.subquery())))


def blocked(address: str) -> str | None:
    """That an address or its domain is blocked, in words for ledger and log; None if neither is."""
    senders = cached("limits.blocked", _senders)
    sender = next((pattern for pattern in _patterns(address) if pattern in senders), None)
    return f"{sender} is blocked" if sender else None


def _senders() -> frozenset[str]:
    """All that is blocked: asked for with each mail, changed by hand."""
    return frozenset(reading().scalars(select(Blocked.sender)))


def _patterns(address: str) -> list[str]:
    """All that would block an address."""
    address = address.strip().lower()[:320]
    domain = address.rpartition("@")[2]
    parts = domain.split(".")
    above = [f"@.{'.'.join(parts[place:])}" for place in range(min(len(parts), MOST_PARTS))]
    return [address, f"@{domain}", *above]


def normal(text: str) -> str:
    """An address or domain as it is kept.

    Raises:
        BlockProblem: it is neither.
    """
    text = text.strip().lower()
    text = text if "@" in text else f"@{text}"
    if (len(text) > 320 or not _DOMAIN.fullmatch(text)) and not people.normal_address(text):
        raise BlockProblem(_("Write an address, as name@example.org, or a domain, as example.org."))
    return text


def block(actor: Actor, text: str, notes: str) -> str:
    """Block an address or domain; how it is kept.

    Raises:
        BlockProblem: it is neither, or on the list already.
    """
    sender = normal(text)

    def work(session: Session) -> None:
        if session.scalar(select(Blocked.id).where(Blocked.sender == sender)) is not None:
            raise BlockProblem(_("%(sender)s is on the list already.", sender=sender))
        session.add(Blocked(sender=sender, notes=notes[:500], created_at=clock.now()))
        log.changed(session, actor, "blocked sender", sender, {}, act="created")
        session.flush()

    transact(work, race=True)
    return sender


def unblock(actor: Actor, blocked_id: int) -> None:
    """Take an address or domain off the list."""

    def work(session: Session) -> None:
        row = session.get(Blocked, blocked_id)
        if row is not None:
            session.delete(row)
            log.changed(session, actor, "blocked sender", row.sender, {}, act="deleted")

    transact(work)


def unwelcome(words: str, most: int) -> list[dict[str, Any]]:
    """The newest entries with these words, for the one list of all who are turned away."""
    return [
        {
            "value": row.sender, "note": row.notes, "by": "", "at": row.created_at,
            "url": url_for("limits.delete", blocked_id=row.id),
        }
        for row in listed(words, None, most - 1)
    ]  # fmt: skip


def listed(text: str, before: int | None, size: int) -> Sequence[Row[Any]]:
    """The newest entries of the list, one more than a page holds."""
    asked = select(Blocked.id, Blocked.sender, Blocked.notes, Blocked.created_at)
    if text:
        found = (column.icontains(text, autoescape=True) for column in (Blocked.sender, Blocked.notes))
        asked = asked.where(or_(*found))
    if before is not None:
        asked = asked.where(Blocked.id < before)
    return reading().all(asked.order_by(Blocked.id.desc()).limit(size + 1))
