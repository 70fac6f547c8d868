"""What the checks say to people: time in their words, not a count of seconds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from hookdesk.api import release, transact
from hookdesk.models import OutboxEvent
from hookdesk.testing import Clock
from hookdesk.web.health import check_all


@pytest.mark.parametrize(
    ("waits", "locale", "told"),
    [
        (timedelta(minutes=5), "en", ""),
        (timedelta(minutes=6), "en", "The oldest waits for 6 minutes"),
        (timedelta(seconds=3673), "en", "The oldest waits for 1 hour"),
        (timedelta(hours=30), "de", "Wartezeit des ältesten Eintrags: 1 Tag"),
    ],
)
def test_how_long_something_waits_is_said_in_minutes_hours_and_days(
    hookdesk_app: Flask, clock: Clock, waits: timedelta, locale: str, told: str
) -> None:
    def leave(session: Session) -> None:
        session.add(OutboxEvent(name="ticket_created", key="left", data={}, created_at=clock.now - waits))

    with hookdesk_app.app_context(), force_locale(locale):
        transact(leave)
        release()
        check = next(check for check in check_all() if check.name == "outbox")
        assert (str(check.detail), check.state) == (told, "warning" if told else "ok")
