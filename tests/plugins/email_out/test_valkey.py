"""The queue goes away for a minute while mails come in and go out: it carries hints alone, so nothing is lost, and nothing doubled."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from tests.journeys.conftest import wait_until
from tests.servers import redis as valkey
from tests.servers.shared import Started, end
from tests.servers.smtp import SmtpServer

from hookdesk.api import intake, release, site
from hookdesk.jobs import worker as working
from hookdesk.jobs.worker import Worker
from hookdesk.testing import Clock
from hookdesk.wakeup import hints
from hookdesk.wakeup.queue import waiting_key
from hookdesk_email_in import services
from hookdesk_email_in.pipe import WHOLE

pytestmark = [pytest.mark.plugins("email_in", "email_out", "storage_fs"), pytest.mark.requires("email_in")]
SECONDS = 30


@pytest.fixture
def queue(hookdesk_app: Flask, short_folder: Path) -> Iterator[Started]:
    """A Valkey of this test's own, which the site is told to use."""
    started = valkey.start(short_folder)
    here = hookdesk_app.extensions["hookdesk"]
    here.config = replace(here.config, redis_url=f"unix://{started.where}")
    hints.folder(here.config).mkdir(parents=True)
    yield started
    end(started)


@pytest.fixture
def worker(hookdesk_app: Flask, queue: Started, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The worker, at work in a thread until the test is over."""
    monkeypatch.setattr(working, "TICK_S", 0.05)
    monkeypatch.setattr(hints, "REST_S", 0.05)
    made: list[Worker] = []

    def work() -> None:
        with hookdesk_app.app_context():
            made.append(Worker(hookdesk_app))
            made[0].work()

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(lambda: bool(made), SECONDS)
    yield
    made[0].stop()
    thread.join(SECONDS)
    assert not thread.is_alive()


class Desk:
    """Mails that come in by two roads, and the confirmations of them that go out."""

    def __init__(self, app: Flask, server: SmtpServer) -> None:
        self.app, self.server, self.sent = app, server, 0

    def write(self, number: int) -> None:
        """So many people write, each one mail: the first by the pipe, the others as a mailbox brings them."""
        with self.app.app_context():
            for one in range(number):
                self.sent += 1
                who = f"p{self.sent}@example.org"
                raw = f"From: {who}\r\nSubject: Question\r\nMessage-ID: <{who}>\r\n\r\nWhy?\r\n".encode()
                if one:
                    services.take(raw, source="imap")
                    hints.wake("intake")
                else:
                    spool = site().config.instance / "spool" / "new"
                    spool.mkdir(parents=True, exist_ok=True)
                    (spool / f"{self.sent:020d}-1-1{WHOLE}").write_bytes(raw)
                    hints.leave_file(site().config, services.DRAIN)

    def expect_all(self) -> None:
        """Wait for the confirmations: one to each of them, and the ledger balances."""
        everyone = {f"p{one}@example.org": 1 for one in range(1, self.sent + 1)}
        self.server.wait_for(self.sent, SECONDS)
        assert Counter(address for mail in self.server.messages for address in mail.recipients) == everyone
        with self.app.app_context():
            release()
            ledger = intake.ledger()
        assert (ledger["received"], ledger["ticket"]) == (self.sent, self.sent), ledger


def test_while_it_is_away_mails_come_in_and_go_out(
    hookdesk_app: Flask, smtp_server: SmtpServer, queue: Started, worker: None, clock: Clock, short_folder: Path
) -> None:
    """Killed while a hint is on its way, and started again a minute later without anything that it knew."""
    desk = Desk(hookdesk_app, smtp_server)
    with hookdesk_app.app_context():
        smtp_server.serve("help@desk.example")
    desk.write(3)
    desk.expect_all()
    desk.write(3)
    end(queue)
    desk.write(3)
    desk.expect_all()
    clock.advance(minutes=1)
    again = valkey.start(short_folder)
    try:
        with Redis(unix_socket_path=again.where) as client:
            client.set(waiting_key("intake"), 1)  # as one that died between asking and doing
            desk.write(3)
            desk.expect_all()
            wait_until(lambda: bool(client.smembers("rq:workers")), SECONDS)  # the worker has come back to it
    finally:
        end(again)
