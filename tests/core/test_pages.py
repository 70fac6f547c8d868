"""Formats that pages use."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from hookdesk import clock
from hookdesk.api import system
from hookdesk.settings import CoreSettings
from hookdesk.site import site
from hookdesk.web.pages import absolute, ago, avatar_class, filesize, initials


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=5), "now"),
        (timedelta(minutes=4), "4 min"),
        (timedelta(hours=3), "3 hr"),
        (timedelta(days=2), "2 days"),
        (-timedelta(hours=2), "in 2 hr."),
    ],
)
def test_relative_times_are_short(hookdesk_app: Flask, past: timedelta, words: str) -> None:
    """And speak the reader's language."""
    with hookdesk_app.test_request_context("/"):
        assert ago(clock.now() - past - timedelta(milliseconds=50)) == words
        with force_locale("de"):
            assert ago(clock.now() - timedelta(days=2, seconds=5)) == "2 Tg."


def test_a_moment_at_the_end_of_the_calendar_breaks_no_page(hookdesk_app: Flask) -> None:
    """It is the next year already in the reader's zone, and that year cannot be written."""
    with hookdesk_app.app_context():
        site().settings.save("core", CoreSettings, {"timezone": "Europe/Berlin"}, system())
    with hookdesk_app.test_request_context("/"):
        assert "9999" in absolute(clock.NEVER + timedelta(hours=23, minutes=30))


def test_sizes_and_initials() -> None:
    """Sizes for people; initials of one, two and many words, in any script."""
    assert [filesize(size) for size in (0, 999, 1000, 318_000, 25_000_000)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "318 kB",
        "25 MB",
    ]
    assert [initials(name) for name in ("Ada Lovelace", "佐藤 美咲", "x", "", "A b c D")] == [
        "AL",
        "佐美",
        "X",
        "?",
        "AD",
    ]
    assert 1 <= avatar_class("\udc80 odd") <= 6
