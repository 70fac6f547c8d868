"""An agent with an authenticator app."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pyotp
import pytest

from hookdesk.api import Actor
from hookdesk.testing import Client, Clock

SETUP = "/agent/second-factors/app"


@dataclass
class Phone:
    """An app on a phone: knows the secret, and the clock."""

    secret: str
    clock: Clock

    def code(self, away: int = 0) -> str:
        """The code shown `away` half minutes from now."""
        return pyotp.TOTP(self.secret).at(self.clock.now, counter_offset=away)


def scan(client: Client, clock: Clock) -> Phone:
    """Read the secret off the set-up page."""
    found = re.search(r'data-copy="([A-Z2-7]{32})"', client.get(SETUP).text)
    assert found
    return Phone(found[1], clock)


@pytest.fixture
def phone(make_guarded: Callable[..., Actor], hookdesk_client: Client, clock: Clock) -> Phone:
    """Ada's, set up two minutes ago; she is signed out since."""
    hookdesk_client.sign_in(make_guarded("ada", is_admin=True))
    made = scan(hookdesk_client, clock)
    page = hookdesk_client.submit(SETUP, {"code": made.code()})
    assert "Your app is set up" in page.text
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    clock.advance(minutes=2)
    return made
