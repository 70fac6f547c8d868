"""The roads that mail takes, those of other plugins among them: what an administrator sees of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from time import time

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import IntakeRecord, MailChannel, clock, emit, log, reading, site
from hookdesk_email_in.hookspecs import MailHooks
from hookdesk_email_in.services import CHANNEL, health
from hookdesk_email_in.settings import Settings
from hookdesk_email_in.spool import Spool

SOURCE = "mail channels"
"""Whose lines these are in the log."""
_LOOKED_AT = 100
"""How many of the last mails are looked at for the last one that was piped in."""


def every() -> Sequence[MailChannel]:
    """All roads, those that bring mail first, in the order of their names."""
    found = site().hooks.collect(MailHooks.mail_channels)
    return sorted(found, key=lambda one: (one.direction, one.kind.casefold(), one.name.casefold()))


def counted(found: Sequence[MailChannel]) -> Counter[str]:
    """How many are in each state."""
    return Counter(one.state for one in found)


def pipe(settings: Settings) -> MailChannel:
    """The spool of this host."""
    state, told = Spool(site().config.instance).state(time()), health(settings)
    last = reading().all(
        select(IntakeRecord.received_at, IntakeRecord.meta)
        .where(IntakeRecord.channel == CHANNEL)
        .order_by(IntakeRecord.id.desc())
        .limit(_LOOKED_AT)
    )
    piped = next((row.received_at for row in last if row.meta.get("source") == "pipe"), None)
    return MailChannel(
        name=_("Spool of this machine"),
        kind=_("Pipe"),
        direction="in",
        state="ok" if told.state == "ok" else "warning",
        detail="" if told.state == "ok" else told.detail,
        last_success=piped,
        waiting=state.pending,
        lag=None if state.oldest_seconds is None else timedelta(seconds=int(state.oldest_seconds)),
        next_try=clock.now() + timedelta(seconds=1) if state.pending else None,
    )


def raise_alarm(session: Session, channel: MailChannel, path: str) -> None:
    """Say loudly that a road has stopped, or (its state is "ok") that it works again: in the log, and as an event for whoever can tell
    administrators over another road. `path` is the page about it. Call it once for each change, not for each failure.
    """
    is_well = channel.state == "ok"
    told = "works again." if is_well else f"has stopped. {channel.detail}"
    log.write(session, "info" if is_well else "error", SOURCE, f"{channel.kind} {channel.name} {told}")
    data = {"name": channel.name, "kind": channel.kind, "state": "ok" if is_well else "failed"}
    emit(session, "channel_alarm_raised", {**data, "detail": channel.detail, "path": path})
