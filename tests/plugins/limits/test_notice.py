"""Whoever reaches the limit is told so, once, in words that the admin can change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Ticket, reading, site, system
from hookdesk_email_out import editing
from hookdesk_email_out.editing import Place
from hookdesk_email_out.models import Mail
from hookdesk_email_out.wordings import Draft
from hookdesk_limits.plugin import Settings

pytestmark = [pytest.mark.plugins("limits", "email_out", "storage_fs"), pytest.mark.requires("email_out")]


@pytest.mark.parametrize(("limit", "tells", "expected"), [(2, True, [1]), (2, False, []), (0, True, []), (3, True, [])])
def test_the_ticket_that_reaches_the_limit_brings_a_notice(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int], limit: int, tells: bool, expected: list[int]
) -> None:  # fmt: skip
    with hookdesk_app.app_context():
        site().settings.save("limits", Settings, {"open_tickets": limit, "tells_limit": tells}, system())
        editing.save(system(), Place(None, "over_limit"), Draft("Enough", "{{ number }} was the last one."))
    tickets = []
    for _ in range(2):
        tickets.append(make_ticket())
        run_jobs("outbox")
    with hookdesk_app.app_context():
        notices = reading().all(select(Mail.text, Mail.address, Mail.auto).where(Mail.template == "over_limit"))
    assert [(row.text.splitlines()[0], row.address, row.auto) for row in notices] == [
        (f"{tickets[place].number} was the last one.", "grace@example.org", "auto-replied") for place in expected
    ]
