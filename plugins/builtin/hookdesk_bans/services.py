"""Which senders are banned, and banning them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Row, delete, or_, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    Forbidden,
    UserEmail,
    cached,
    clean_line,
    clock,
    log,
    people,
    reading,
    site,
    transact,
)
from hookdesk_bans.hookspecs import BanHooks
from hookdesk_bans.models import Ban

PERMISSION = "user.ban"
MOST = 100
MOST_KEPT = 5000
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_COLUMNS = (Ban.id, Ban.value, Ban.note, Ban.made_by, Ban.made_at)


class BanProblem(ValueError):
    """What was asked for cannot be done; the message is for whoever asked."""


def normal(text: str) -> str:
    """An address or a domain as it is stored; "" if it is neither. "@example.org" and "*.example.org" mean the domain."""
    text = clean_line(text).strip().lower().removeprefix("*.").removeprefix("@")
    name, at, domain = text.rpartition("@")
    value = f"{name}{at}{_as_sent(domain)}"
    if at:
        return people.normal_address(value)
    return value if _DOMAIN.fullmatch(value) else ""


def _as_sent(domain: str) -> str:
    """A domain as mail names it: one with umlauts in its `xn--` form (RFC 3490), in which it is stored and looked for."""
    try:
        return domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        return domain


def against(address: str) -> Row[Any] | None:
    """The ban that an address falls under: its own, or that of its domain or of one above it."""
    address = normal(address) if "@" in address else ""
    if not address:
        return None
    parts = address.partition("@")[2].split(".")
    values = [address, *(".".join(parts[place:]) for place in range(len(parts) - 1))][:20]
    known = cached("bans.values", _values)
    if len(known) < MOST_KEPT and known.isdisjoint(values):  # the page of nearly every ticket asks
        return None
    return reading().first(select(*_COLUMNS).where(Ban.value.in_(values)).limit(1))


def reason(found: Row[Any]) -> str:
    """Why something was turned away, for ledger and log."""
    return f"{found.value} is banned" + (f" ({found.note})" if found.note else "")


def _values() -> frozenset[str]:
    """What is banned, as far as it is kept."""
    return frozenset(reading().scalars(select(Ban.value).limit(MOST_KEPT)))


def listed(words: str) -> Sequence[Mapping[str, Any]]:
    """All who are turned away, by a ban or by the list of another plugin: the newest whose name or note has these words."""
    words = clean_line(words).strip()[:100]
    bans = [
        {
            "value": row.value,
            "note": row.note,
            "by": row.made_by,
            "at": row.made_at,
            "url": url_for("bans.lift", ban_id=row.id),
        }
        for row in found(words)
    ]
    others = site().hooks.collect(BanHooks.unwelcome_senders, words=words, most=MOST + 1)
    return sorted([*bans, *others], key=lambda one: one["at"], reverse=True)[: MOST + 1]


def found(words: str) -> Sequence[Row[Any]]:
    """The newest bans whose value or note has these words."""
    asked = select(*_COLUMNS).order_by(Ban.id.desc()).limit(MOST + 1)
    if words:
        asked = asked.where(
            or_(Ban.value.icontains(words, autoescape=True), Ban.note.icontains(words, autoescape=True))
        )
    return reading().all(asked)


def ban(actor: Actor, text: str, note: str = "") -> str:
    """Ban an address or a domain; what is stored. Banning it again changes its note.

    Raises:
        Forbidden: the actor may not. BanProblem: it is neither, or an agent writes from there.
    """
    _demand(actor)
    value = normal(text)
    if not value:
        raise BanProblem(_("Write an address like name@example.org, or a domain like example.org."))
    if _is_ours(value):
        raise BanProblem(_("An agent writes from there; an agent is not banned."))

    def work(session: Session) -> None:
        row = session.scalar(select(Ban).where(Ban.value == value))
        before = row.note if row else None
        if row is None:
            row = Ban(value=value, made_by=actor.name[:200], made_at=clock.now())
            session.add(row)
        row.note = note.strip()[:2000]
        act = "created" if before is None else "changed"
        log.changed(session, actor, "ban", value, {"note": (before or "", row.note)}, act=act)

    transact(work, race=True)
    return value


def _is_ours(value: str) -> bool:
    """True if an agent has that address, or one of that domain or below it."""
    theirs = select(UserEmail.id).join(Agent, Agent.user_id == UserEmail.user_id).where(Agent.is_active)
    ends = (UserEmail.address.endswith(f"{mark}{value}", autoescape=True) for mark in "@.")
    which = UserEmail.address == value if "@" in value else or_(*ends)
    return reading().scalar(theirs.where(which).limit(1)) is not None


def lift(actor: Actor, ban_id: int) -> str:
    """Lift a ban; what it was on, "" if it was lifted already.

    Raises:
        Forbidden: the actor may not.
    """
    _demand(actor)

    def work(session: Session) -> str:
        row = session.get(Ban, ban_id)
        if row is None:
            return ""
        session.execute(delete(Ban).where(Ban.id == ban_id))
        log.changed(session, actor, "ban", row.value, {"note": (row.note, "")}, act="deleted")
        return row.value

    return transact(work)


def _demand(actor: Actor) -> None:
    """Who may ban users may ban senders."""
    if not (actor.is_system or (actor.is_agent and actor.may(PERMISSION))):
        raise Forbidden(PERMISSION)
