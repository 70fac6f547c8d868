"""The job that sees to it that somebody looks into each mailbox when its time has come."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask, current_app
from sqlalchemy import func, or_, select

from hookdesk.api import clock, reading
from hookdesk_mailboxes import holding, state, watching
from hookdesk_mailboxes.models import Mailbox

LONGEST_PAUSE = timedelta(days=1) + holding.SKEW
"""As long as an administrator may have a mailbox left alone: what is due later was put off before the clock was set back."""


def watch() -> int:
    """Begin a thread for each mailbox that is due and that nobody reads, and raise the alarm for those that are silent for too long."""
    now = clock.now()
    free = or_(
        Mailbox.holder.in_(("", holding.me())),
        Mailbox.held_until.is_(None),
        Mailbox.held_until <= now,
        Mailbox.held_until > now + holding.LONGEST_HOLD,
    )
    is_due = or_(
        Mailbox.next_at <= now, Mailbox.next_at > now + LONGEST_PAUSE, Mailbox.last_success > now + holding.SKEW
    )
    due = select(Mailbox.id).where(Mailbox.is_active, is_due, free).order_by(Mailbox.next_at)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxy; a thread needs what is behind it
    for mailbox_id in list(reading().scalars(due)):
        watching.start(app, mailbox_id)
    state.alarm_silent()
    return 0


def next_at() -> datetime | None:
    """When the next mailbox that nobody reads is due."""
    waiting = select(func.min(Mailbox.next_at)).where(Mailbox.is_active, Mailbox.holder == "")
    found = reading().scalar(waiting)
    return found if isinstance(found, datetime) else None
