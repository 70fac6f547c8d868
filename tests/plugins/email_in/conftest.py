"""A mail of our own making, sent in; a ticket with a reply that went out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from hookdesk.api import IntakeRecord, intake, references, release, site, system
from hookdesk.plugins.caller import Implementation
from hookdesk_email_in import services
from hookdesk_email_in.hookspecs import MailPolicy
from hookdesk_email_in.settings import Settings

MAILS = Path(__file__).parent / "mails"
FIRE = b"From: Grace <grace@example.org>\nTo: help@desk.example\nSubject: Fire\nMessage-ID: <fire@example.org>\n\nIt burns.\n"
Send = Callable[..., IntakeRecord]


@pytest.fixture
def send(hookdesk_app: Flask) -> Send:
    """`send("name.eml", ours=…, **meta)` or `send(raw)`: take a mail in and bring it to its end; its record, detached."""

    def take(mail: str | bytes, ours: str = "", **meta: Any) -> IntakeRecord:
        raw = (MAILS / mail).read_bytes() if isinstance(mail, str) else mail
        with hookdesk_app.app_context():
            release()
            taken = services.take(raw.replace(b"{ours}", ours.encode()), source="test", process=True, **meta)
            release()
            return intake.load(taken or 0)

    return take


@pytest.fixture
def fire(hookdesk_app: Flask, send: Send) -> tuple[int, str]:
    """A ticket that Grace opened by mail, and the id of a mail of ours about it."""
    ticket_id = send(FIRE).ticket_id
    assert ticket_id is not None
    with hookdesk_app.app_context():
        return ticket_id, references.message_id(ticket_id, 1, "u1e1", "desk.example")


@pytest.fixture
def state_policy(hookdesk_app: Flask) -> Callable[..., None]:
    """`state_policy(spoofed="reject", …)`: how mail to help@desk.example is treated, as a plugin would say."""

    def state(**policy: Any) -> None:
        def mail_policy(address: str) -> MailPolicy | None:
            return MailPolicy(**policy) if address == "help@desk.example" else None

        hooks = hookdesk_app.extensions["hookdesk"].hooks
        hooks.install("mail_policy", [Implementation("made_up", mail_policy, ("address",))])

    return state


@pytest.fixture
def configure(hookdesk_app: Flask) -> Callable[..., None]:
    """`configure(loop_mails=2, …)`: settings of incoming mail."""

    def save(**values: Any) -> None:
        with hookdesk_app.app_context():
            site().settings.save("email_in", Settings, values, system())

    return save


def mail(words: str = "It burns.", *, sender: str = "Grace <grace@example.org>", **headers: str) -> bytes:
    """A mail whose further headers, in which "_" stands for "-", come first, as servers put theirs."""
    told = {"From": sender, "To": "help@desk.example", "Subject": "Fire"}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [
        f"{name}: {value}" for name, value in {**given, **{n: v for n, v in told.items() if n not in given}}.items()
    ]
    return "\n".join([*lines, "", words]).encode()
