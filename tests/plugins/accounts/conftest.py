"""A mailbox instead of a mail server, and a requester with an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from hookdesk.api import Actor, site
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client

PASSWORD = "correct horse battery"
GRACE = {"name": "Grace Hopper", "email": "grace@example.org"}


@dataclass(frozen=True)
class Letter:
    """A mail that a plugin asked to send."""

    key: str
    address: str
    name: str
    subject: str
    text: str

    @property
    def path(self) -> str:
        """Where its link leads."""
        found = re.search(r"https?://[^/\s]+(/account/link/\S+)", self.text)
        assert found is not None, self.text
        return found[1]


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


@pytest.fixture
def admin_client(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> Client:
    """An administrator's browser."""
    client = hookdesk_app.test_client()
    assert isinstance(client, Client)
    client.sign_in(make_agent("root", "Rosa Admin", is_admin=True))
    return client


@pytest.fixture
def joined(hookdesk_client: Client, mailbox: list[Letter], run_jobs: Callable[..., int]) -> Callable[..., Client]:
    """`joined(name=…, email=…)`: a browser that has just signed up and chosen a password."""

    def join(**given: str) -> Client:
        hookdesk_client.submit("/sign-up", {**GRACE, **given})
        run_jobs("outbox")
        follow(hookdesk_client, mailbox[-1])
        return hookdesk_client

    return join


def follow(client: Client, letter: Letter, password: str = PASSWORD) -> Any:
    """Follow a mailed link to the end."""
    form = client.get(letter.path, follow_redirects=True)
    if form.status_code == 410:
        return form
    return client.submit("/account/choose-password", {"password": password, "again": password}, follow=False)


def sign_in(client: Client, login: str = GRACE["email"], password: str = PASSWORD) -> Any:
    """Try to sign in to the portal."""
    return client.submit("/sign-in", {"login": login, "password": password}, follow=False)
