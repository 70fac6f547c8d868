"""Mailboxes on a Dovecot: set up, looked into, and counted, for the tests of the plugins that read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Ticket, intake, reading, release, system
from hookdesk_mailboxes import connecting, fetching, holding, services, state
from hookdesk_mailboxes.models import Mailbox
from hookdesk_mailboxes.problems import problem_of
from hookdesk_mailboxes.protocols import Connection
from tests.servers.dovecot import PASSWORD, Dovecot, new_user


def mail(number: int, words: str = "") -> bytes:
    """A mail from a person of its own."""
    return (
        f"From: Person {number} <person{number}@example.org>\r\nTo: help@desk.example\r\nSubject: Question {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\nDate: Mon, 01 Jun 2026 12:00:00 +0000\r\n\r\n"
        f"What about number {number}? {words}\r\n"
    ).encode()


class Fetching:
    """A mailbox of its own on the server, and a site that reads it."""

    def __init__(self, app: Flask, server: Dovecot, protocol: str) -> None:
        self.app, self.server, self.protocol, self.user = app, server, protocol, new_user()
        self.mailbox_id = 0
        self.connection: Connection | None = None

    def deliver(self, *numbers: int, folder: str = "") -> None:
        """Put mails into the mailbox."""
        self.server.deliver(self.user, *map(mail, numbers), folder=folder)

    def add(self, **more: Any) -> int:
        """Store the mailbox; its id."""
        listener = f"{self.protocol}s" if more.get("security", "tls") == "tls" else self.protocol
        values = {
            "address": "help@desk.example", "protocol": self.protocol, "host": self.server.host, "port": self.server.ports[listener],
            "security": "tls", "username": self.user, "password": PASSWORD,
        }  # fmt: skip
        with self.app.app_context():
            self.mailbox_id = services.save(system(), services.Values(**{**values, **more}), self.mailbox_id or None)
        return self.mailbox_id

    def look(self, *, keep: bool = False) -> fetching.Looked:
        """Look once, as the thread of the mailbox does; `keep` leaves the connection open for the next look."""
        with self.app.app_context():
            mailbox = holding.take(self.mailbox_id)
            assert mailbox is not None
            try:
                if self.connection is None:
                    self.connection, _expires = connecting.connect(mailbox)
                looked = fetching.look(mailbox, self.connection)
                state.succeeded(mailbox, looked, None)
            except Exception as error:
                keep = False
                state.failed(mailbox, problem_of(error))
                raise
            finally:
                if not keep:
                    self.hang_up()
                    holding.let_go(self.mailbox_id)
            return looked

    def hang_up(self) -> None:
        """Close the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def row(self) -> Mailbox:
        """The mailbox as it is stored."""
        with self.app.app_context():
            release()
            return services.found(self.mailbox_id)

    def subjects(self) -> list[str]:
        """The subjects of all tickets, once everything is processed, in order; the ledger balances, and nothing was turned away."""
        with self.app.app_context():
            while intake.process_due():
                pass
            ledger = intake.ledger()
            found = sorted(reading().scalars(select(Ticket.subject)))  # access: all of the test's own
            assert ledger["received"] == ledger["ticket"] == len(found), ledger
            return found

    def left(self, folder: str = "INBOX") -> int:
        """How many messages lie in a folder on the server."""
        return int(self.server.doveadm("mailbox", "status", "-u", self.user, "messages", folder).rpartition("=")[2])


def questions(*numbers: int) -> list[str]:
    """The subjects of these mails."""
    return sorted(f"Question {number}" for number in numbers)


@pytest.fixture
def imap(hookdesk_app: Flask, dovecot: Dovecot) -> Iterator[Fetching]:
    """A mailbox over IMAP."""
    made = Fetching(hookdesk_app, dovecot, "imap")
    yield made
    made.hang_up()


@pytest.fixture
def pop3(hookdesk_app: Flask, dovecot: Dovecot) -> Iterator[Fetching]:
    """A mailbox over POP3."""
    made = Fetching(hookdesk_app, dovecot, "pop3")
    yield made
    made.hang_up()
