"""The listener and the pipe behind a real Postfix: what it has accepted is in the ledger once, what it has not stays in Postfix' queue."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from tests.journeys.conftest import wait_until
from tests.plugins.lmtp.conftest import Running, settings
from tests.servers.postfix import Postfix, Road

from hookdesk.api import IntakeRecord, RunningHooks, intake, reading, site
from hookdesk.faults import EXIT_STATUS
from hookdesk_email_in.hookspecs import MailHooks
from hookdesk_email_in.spool import Spool
from hookdesk_lmtp import channels

pytestmark = pytest.mark.plugins("lmtp", "email_in", "storage_fs")
SECONDS = 30
Ledger = Callable[[], dict[str, int]]


def mail(number: int = 1) -> bytes:
    """A mail from a person of its own."""
    return f"From: p{number}@example.org\r\nSubject: Question {number}\r\nMessage-ID: <{number}@example.org>\r\n\r\nWhy?\r\n".encode()


@pytest.fixture
def road(postfix: Postfix, listener: Running) -> Road:
    """A road of the mail server that ends at the listener."""
    taken = postfix.road()
    listener.place = f"127.0.0.1:{taken.port}"
    return taken


def delivered(postfix: Postfix, domain: str) -> None:
    """Wait until the mail server has nothing left for that domain."""
    wait_until(lambda: postfix.is_rid_of(domain), SECONDS, postfix.log)


def put_off(postfix: Postfix, domain: str, word: str) -> None:
    """Wait until the mail server has put a mail off for that reason."""
    wait_until(lambda: any(word in reason for reason in postfix.reasons(domain)), SECONDS, postfix.log)


def test_one_mail_to_several_recipients_is_one_ticket(
    hookdesk_app: Flask, listener: Running, postfix: Postfix, road: Road, ledger: Ledger, run_jobs: Callable[..., int]
) -> None:
    listener.start()
    postfix.send("p1@example.org", [f"help@{road.lmtp}", f"sales@{road.lmtp}"], mail())
    delivered(postfix, road.lmtp)
    run_jobs("intake")
    assert ledger() == {"received": 1, "ticket": 1}
    with hookdesk_app.app_context():
        record = reading().scalars(select(IntakeRecord)).one()
        assert record.meta["source"] == "lmtp"
        assert record.meta["recipients"] == [f"help@{road.lmtp}", f"sales@{road.lmtp}"]
    assert channel(hookdesk_app) == ("ok", listener.place)
    assert listener.end() == 0
    assert channel(hookdesk_app)[0] == "off"


def test_while_nobody_listens_mail_waits(listener: Running, postfix: Postfix, road: Road, ledger: Ledger) -> None:
    postfix.send("p1@example.org", [f"help@{road.lmtp}"], mail())
    put_off(postfix, road.lmtp, "Connection refused")
    listener.start()
    delivered(postfix, road.lmtp)
    assert ledger() == {"received": 1, "pending": 1}


@pytest.mark.parametrize("point", ["lmtp-before-store", "lmtp-after-store"])
def test_a_listener_that_dies_over_a_mail_gets_it_again_and_has_it_once(
    listener: Running, postfix: Postfix, road: Road, ledger: Ledger, point: str
) -> None:
    listener.start(HOOKDESK_CRASH_AT=point)
    postfix.send("p1@example.org", [f"help@{road.lmtp}", f"sales@{road.lmtp}"], mail())
    assert listener.wait() == EXIT_STATUS
    assert ledger() == ({"received": 1, "pending": 1} if point == "lmtp-after-store" else {})
    listener.start()
    delivered(postfix, road.lmtp)
    assert ledger() == {"received": 1, "pending": 1}


def test_it_is_killed_again_and_again(
    hookdesk_app: Flask, listener: Running, postfix: Postfix, road: Road, ledger: Ledger
) -> None:
    number = 8
    for one in range(number):
        if one % 4 == 0:
            listener.start()
        postfix.send(f"p{one}@example.org", [f"help@{road.lmtp}"], mail(one))
        if one % 4 == 3:
            listener.end(signal.SIGKILL)
    hour_ago = time.time() - 3600
    with hookdesk_app.app_context():
        os.utime(channels.sign(), (hour_ago, hour_ago))
        told = [
            line.detail for line in site().hooks.collect(RunningHooks.health_checks) if line.name == "mail listener"
        ]
        assert "no sign of life for 60 minutes" in told[0]
    assert channel(hookdesk_app)[0] == "failed"
    listener.start()
    delivered(postfix, road.lmtp)
    assert ledger() == {"received": number, "pending": number}


def test_what_is_refused_for_good_is_told_to_its_sender(
    hookdesk_app: Flask, listener: Running, postfix: Postfix, road: Road, ledger: Ledger
) -> None:
    """A stranger's address is refused, ours is not, and the report of it comes back in over the same road."""
    with hookdesk_app.app_context():
        settings("lmtp", recipients="ours")
        settings("email_in", own_addresses=(f"help@{road.lmtp}",))
    listener.start()
    postfix.send(f"help@{road.lmtp}", [f"nobody@{road.lmtp}"], mail())
    wait_until(lambda: ledger() == {"received": 1, "pending": 1}, SECONDS, postfix.log)
    with hookdesk_app.app_context():
        record = reading().scalars(select(IntakeRecord)).one()
        assert (record.meta.get("sender"), record.meta["automatic"]) == (None, True)
        assert b"There is no such address here" in intake.load(record.id).raw


def test_the_pipe_behind_postfix(postfix: Postfix, road: Road) -> None:
    """75 leaves the mail with the mail server, which tries again; what is in the spool names the envelope."""
    instance = postfix.instance(road)
    (instance / "spool").write_text("in the way")
    postfix.send("p1@example.org", [f"help@{road.pipe}"], mail())
    put_off(postfix, road.pipe, "tried again later")
    (instance / "spool").unlink()
    delivered(postfix, road.pipe)
    spool = Spool(instance)
    [name] = spool.names()
    kept = spool.read(name)
    assert kept is not None
    assert (kept.sender, kept.recipient) == ("p1@example.org", f"help@{road.pipe}")
    assert kept.raw.startswith(b"Return-Path: <p1@example.org>\n")
    assert b"Subject: Question 1" in kept.raw


def channel(app: Flask) -> tuple[str, str]:
    """State and name of the listener's row on the page of mail channels."""
    with app.test_request_context():
        [row] = site().hooks.collect(MailHooks.mail_channels)[1:]
        return row.state, row.name
