"""A mailbox that fails is left alone for longer and longer, holds no other up, and says loudly that it has stopped."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from tests.servers.dovecot import Dovecot, token_for
from tests.servers.mailboxes import Fetching, questions

from hookdesk.api import AccessToken, OutboxEvent, Refusal, clock, reading, release
from hookdesk.testing import Clock
from hookdesk_mailboxes import connecting, job, services, state, watching
from hookdesk_mailboxes.protocols import FetchProblem

pytestmark = pytest.mark.plugins("mailboxes", "imap", "pop3", "storage_fs")


def alarms(app: Flask) -> list[tuple[str, str]]:
    """The alarms that were raised: name and state of each."""
    with app.app_context():
        release()
        rows = reading().scalars(select(OutboxEvent.data).where(OutboxEvent.name == "channel_alarm_raised"))
        return [(row["name"], row["state"]) for row in rows]


def fail(mailbox: Fetching, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(FetchProblem):
            mailbox.look()


def test_it_is_tried_less_and_less_often_but_never_given_up(imap: Fetching, clock: Clock) -> None:
    imap.add(password="wrong")
    pauses = []
    for _ in range(7):
        fail(imap)
        pauses.append((imap.row().next_at - clock.now).total_seconds())
    assert pauses == [30, 60, 120, 240, 480, 900, 900]


def test_after_failures_in_a_row_the_alarm_is_raised_once_and_ended_when_it_works(imap: Fetching) -> None:
    imap.add(password="wrong")
    fail(imap, 4)
    assert alarms(imap.app) == []
    fail(imap, 3)
    assert alarms(imap.app) == [("help@desk.example", "failed")]
    imap.add()
    imap.look()
    imap.look()
    assert alarms(imap.app) == [("help@desk.example", "failed"), ("help@desk.example", "ok")]


def test_silence_raises_the_alarm_whatever_the_reason(imap: Fetching, clock: Clock) -> None:
    imap.add()
    imap.look()
    with imap.app.app_context():
        clock.advance(minutes=59)
        state.alarm_silent()
        assert alarms(imap.app) == []
        clock.advance(minutes=2)
        state.alarm_silent()
        state.alarm_silent()
    assert alarms(imap.app) == [("help@desk.example", "failed")]
    with imap.app.app_context():
        assert state.channel(imap.row()).state == "failed"


def test_a_clock_that_is_set_back_keeps_none_from_being_looked_into(
    imap: Fetching, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    imap.add()
    imap.look()
    begun: list[int] = []
    monkeypatch.setattr(watching, "start", lambda app, mailbox_id: begun.append(mailbox_id))
    with imap.app.app_context():
        job.watch()
        assert begun == []
        clock.advance(hours=-3)
        job.watch()
        assert begun == [imap.mailbox_id]


@pytest.fixture
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_one_that_hangs_holds_no_other_up(
    hookdesk_app: Flask, dovecot: Dovecot, silent_server: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a thread of its own: the one is read while the other waits for its server."""
    hanging, well = Fetching(hookdesk_app, dovecot, "imap"), Fetching(hookdesk_app, dovecot, "imap")
    hanging.add(port=silent_server, security="none")
    well.deliver(1)
    well.add()
    read, told = threading.Event(), state.succeeded
    monkeypatch.setattr(state, "succeeded", lambda *given: (told(*given), read.set()))
    try:
        with hookdesk_app.app_context():
            job.watch()
        assert read.wait(10)
    finally:
        watching.stop()
    assert well.subjects() == questions(1)
    assert hanging.row().last_success is None


def test_a_thread_reads_what_comes_while_it_waits_and_ends_when_the_mailbox_changes(
    imap: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox_id = imap.add()
    imap.deliver(1)
    monkeypatch.setattr(watching, "SLICE_S", 0.5)
    looks, told = threading.Semaphore(0), state.succeeded
    monkeypatch.setattr(state, "succeeded", lambda *given: (told(*given), looks.release()))
    watcher = watching.start(imap.app, mailbox_id)
    assert watcher is not None
    assert watching.start(imap.app, mailbox_id) is None, "one is enough"
    assert looks.acquire(timeout=10)
    imap.deliver(2)
    assert looks.acquire(timeout=10), "IDLE tells of it"
    with imap.app.app_context():
        services.look_now(mailbox_id)
    assert looks.acquire(timeout=10), "somebody wants it looked into"
    imap.add(minutes=5)
    watcher.join(10)
    assert not watcher.is_alive()
    assert imap.row().holder == ""
    assert imap.subjects() == questions(1, 2)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_token_that_the_server_refuses_is_renewed_once(
    hookdesk_app: Flask, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, protocol: str
) -> None:
    mailbox = Fetching(hookdesk_app, dovecot, protocol)
    asked, ends = [], clock.now() + timedelta(hours=1)

    def access_token(ref: str, *, renew: bool = False) -> AccessToken:
        asked.append((ref, renew))
        return AccessToken(mailbox.user, token_for(mailbox.user, 3600 if renew else -60), ends)

    monkeypatch.setattr(connecting.tokens, "access_token", access_token)
    mailbox.deliver(1)
    mailbox.add(token_ref="oauth:1", password="")
    assert mailbox.look().taken == 1
    assert asked == [("oauth:1", False), ("oauth:1", True)]


def test_a_sign_in_that_is_lost_is_said_with_the_providers_words(
    imap: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(ref: str, *, renew: bool = False) -> AccessToken:
        raise Refusal("the consent was withdrawn")

    monkeypatch.setattr(connecting.tokens, "access_token", refuse)
    imap.add(token_ref="oauth:1", password="")
    fail(imap)
    assert (imap.row().problem, imap.row().detail) == ("token", "the consent was withdrawn")


def test_a_server_that_cannot_tidy_up_keeps_no_mail_from_coming_in(imap: Fetching) -> None:
    imap.deliver(1, 2)
    imap.add(after="move", archive="Done")
    imap.server.forbid(imap.user, "Done")
    imap.look()
    assert (imap.row().problem, imap.row().failures) == ("archive", 0)
    assert imap.subjects() == questions(1, 2)
    imap.server.allow(imap.user, "Done")
    imap.look()
    assert (imap.left(), imap.left("Done"), imap.row().problem) == (0, 2, "")
