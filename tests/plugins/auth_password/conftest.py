"""An agent with a password, a way to try one, and a mailbox instead of a mail server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from hookdesk.api import Actor, AuthHooks, Credentials, SignIn, site
from hookdesk.plugins.caller import Implementation

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Letter:
    """A mail that a plugin asked to send."""

    key: str
    address: str
    name: str
    subject: str
    text: str


@pytest.fixture
def ada(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> Actor:
    """An agent, ada, with a password."""
    actor = make_agent("ada")
    with hookdesk_app.app_context():
        assert site().hooks.first(AuthHooks.auth_set_password, user_id=actor.user_id or 0, password=PASSWORD)
    return actor


@pytest.fixture
def attempt(hookdesk_app: Flask) -> Callable[..., SignIn]:
    """`attempt(login, password, address)`: what the plugins say to these credentials."""

    def ask(login: str = "ada", password: str = PASSWORD, address: str = "192.0.2.1") -> SignIn:
        given = Credentials(face="agent", login=login, password=password, address=address, extra={})
        with hookdesk_app.app_context():
            answer = site().hooks.first(AuthHooks.auth_authenticate, credentials=given)
        assert answer is not None
        return answer

    return ask


@pytest.fixture
def mailbox(hookdesk_app: Flask) -> list[Letter]:
    """What would have been mailed."""
    letters: list[Letter] = []

    def mail_secret(**given: Any) -> bool:
        letters.append(Letter(**given))
        return True

    with hookdesk_app.app_context():
        arguments = ("key", "address", "name", "subject", "text")
        site().hooks.install("mail_secret", [Implementation("a mailbox", mail_secret, arguments)])
    return letters
