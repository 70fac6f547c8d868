"""Companies drawn by chance."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hookdesk.api import site, system
from hookdesk_portal.settings import Settings as PortalSettings
from tests.guard.company import Company, generated, store


@pytest.fixture(params=range(3))
def company(request: pytest.FixtureRequest, hookdesk_app: Flask, run_jobs: Callable[..., int]) -> Company:
    """One of a few companies drawn by chance, its mails written and its tickets indexed."""
    made = store(hookdesk_app, generated(request.param))
    with hookdesk_app.app_context():
        site().settings.save("portal", PortalSettings, {"promise": "", "posts_per_minute": 10_000}, system())
    run_jobs("outbox", "search.index")
    return made
