"""A visitor's form, a mailbox instead of a mail server, and a browser that followed a mailed link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from hookdesk.api import Ticket, intake, people, site
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client
from hookdesk_portal import links

FORM: Mapping[str, str] = {
    "name": "Grace Hopper",
    "email": "grace@example.org",
    "subject": "The printer is on fire",
    "message": "It has been burning since nine.",
}


@dataclass(frozen=True)
class Letter:
    """A mail that a plugin asked to send."""

    key: str
    address: str
    name: str
    subject: str
    text: str


@pytest.fixture
def mailbox(hookdesk_app: Flask) -> list[Letter]:
    """What would have been mailed; one for each key, as the hook promises."""
    letters: dict[str, Letter] = {}
    kept: list[Letter] = []

    def mail_secret(**given: Any) -> bool:
        if given["key"] not in letters:
            kept.append(letters.setdefault(given["key"], Letter(**given)))
        return True

    with hookdesk_app.app_context():
        arguments = ("key", "address", "name", "subject", "text")
        site().hooks.install("mail_secret", [Implementation("a mailbox", mail_secret, arguments)])
    return kept


@pytest.fixture
def guest(hookdesk_app: Flask, hookdesk_client: Client) -> Callable[[Ticket], Client]:
    """`guest(ticket)`: the browser after its requester has followed the link in a mail."""

    def enter(ticket: Ticket) -> Client:
        with hookdesk_app.app_context():
            token = links.make(ticket.id, ticket.user_id, people.primary_address(ticket.user_id))
        assert hookdesk_client.get(f"/t/{token}").location == f"/tickets/{ticket.number}"
        return hookdesk_client

    return enter


@pytest.fixture
def ledger(hookdesk_app: Flask) -> Callable[[], Mapping[str, int]]:
    """`ledger()`: how the inbound items ended."""

    def count() -> Mapping[str, int]:
        with hookdesk_app.app_context():
            return intake.ledger()

    return count
