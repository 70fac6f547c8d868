"""Whether mail goes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from hookdesk.api import Health, clock, reading
from hookdesk_email_out.accounts import store
from hookdesk_email_out.models import Mail

LATE = timedelta(minutes=15)


def outgoing() -> Health:
    """The queue."""
    waiting = reading().first(
        select(func.count(), func.min(Mail.created_at)).where(Mail.state.in_(("waiting", "sending")))
    )
    dead = reading().scalar(select(func.count()).select_from(Mail).where(Mail.state == "dead")) or 0
    count, oldest = waiting if waiting else (0, None)
    if not store.active():
        waits = ngettext("%(num)d mail waits.", "%(num)d mails wait.", count) if count else _("Mail will wait.")
        return Health("outgoing mail", "warning", _("No SMTP server is set yet. %(waits)s", waits=waits))
    if dead or (oldest is not None and clock.now() - oldest > LATE):
        detail = _(
            "Waiting mails: %(waiting)s, given up: %(dead)s. See “Outgoing mail” in the admin panel",
            waiting=count,
            dead=dead,
        )
        return Health("outgoing mail", "warning", detail)
    return Health("outgoing mail", "ok")


def accounts() -> Sequence[Health]:
    """The accounts that do not work at the moment, with their servers' words."""
    bad = [f"{one.name}: {one.error[:300]}" for one in store.active() if one.failures]
    return [Health("sending accounts", "warning", "; ".join(bad))] if bad else []
