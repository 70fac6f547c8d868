"""A process that dies between any two steps, a server that is restarted: each mail comes in, once, and is tidied up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import pytest
from flask import Flask
from tests.servers.dovecot import Dovecot
from tests.servers.mailboxes import Fetching, questions

from hookdesk.api import site
from hookdesk.faults import EXIT_STATUS
from hookdesk.services.intake import Arrival
from hookdesk.testing import Clock
from hookdesk_mailboxes import fetching
from hookdesk_mailboxes.protocols import FetchProblem, Letter
from hookdesk_pop3.client import Pop3Connection

pytestmark = pytest.mark.plugins("mailboxes", "imap", "pop3", "storage_fs")
STEPS = (
    "mailbox-after-read",
    "intake-after-store",
    "mailbox-after-take",
    "mailbox-after-advance",
    "mailbox-after-settle",
)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "BATCH", 2)


def dies(mailbox: Fetching, step: str) -> bool:
    """Look into it in a process of its own that dies at the second passage of that step; True if it came to that."""
    with mailbox.app.app_context():
        site().db.dispose()  # no two processes may share a connection
    child = os.fork()
    if not child:
        os.environ["HOOKDESK_CRASH_AT"] = f"{step}@2"
        try:
            mailbox.look()
            os._exit(0)
        finally:
            os._exit(1)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended in (0, EXIT_STATUS)
    return ended == EXIT_STATUS


@pytest.mark.parametrize(
    ("protocol", "after"),
    [("imap", "leave"), ("imap", "move"), ("imap", "delete"), ("pop3", "leave"), ("pop3", "delete")],
)
def test_whatever_step_a_process_dies_at_each_mail_comes_in_once(
    hookdesk_app: Flask, dovecot: Dovecot, clock: Clock, protocol: str, after: str
) -> None:
    mailbox, numbers = Fetching(hookdesk_app, dovecot, protocol), count(1)
    mailbox.add(after=after, archive="Done" if after == "move" else "")
    for step in STEPS:
        mailbox.deliver(*(next(numbers) for _ in range(3)))
        assert dies(mailbox, step) is (after != "leave" or step != "mailbox-after-settle")
        clock.advance(minutes=2)  # until then the dead process holds the mailbox
        mailbox.look()
    every = range(1, next(numbers))
    assert mailbox.subjects() == questions(*every)
    assert mailbox.left() == (len(every) if after == "leave" else 0)
    assert after != "move" or mailbox.left("Done") == len(every)


def test_a_process_that_dies_while_a_renumbered_folder_is_read_again_doubles_nothing(
    imap: Fetching, clock: Clock
) -> None:
    imap.deliver(1, 2, 3)
    imap.add()
    imap.look()
    imap.deliver(4)
    imap.server.number_anew(imap.user)
    for step in ("mailbox-after-read", "mailbox-after-take", "mailbox-after-advance"):
        assert dies(imap, step) or step == "mailbox-after-advance"
        clock.advance(minutes=2)
    imap.look()
    assert imap.subjects() == questions(1, 2, 3, 4)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize("moment", [1, 2])
def test_a_server_that_is_restarted_while_it_is_read_loses_and_doubles_nothing(
    hookdesk_app: Flask, own_dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, protocol: str, moment: int
) -> None:
    mailbox = Fetching(hookdesk_app, own_dovecot, protocol)
    mailbox.deliver(1, 2, 3, 4)
    mailbox.add(security="none", after="delete")
    with monkeypatch.context() as patch:
        patch.setattr(fetching.email_in, "take_all", ended_at(moment, own_dovecot, fetching.email_in.take_all))
        with pytest.raises(FetchProblem) as seen:
            mailbox.look()
    assert seen.value.kind == "ended"
    with pytest.raises(FetchProblem) as seen:
        mailbox.look()
    assert seen.value.kind == "refused"
    assert (mailbox.row().failures, mailbox.row().problem) == (2, "refused")
    own_dovecot.start()
    mailbox.look()
    assert mailbox.subjects() == questions(1, 2, 3, 4)
    assert (mailbox.left(), mailbox.row().failures) == (0, 0)


def ended_at(
    moment: int, server: Dovecot, take: Callable[[Sequence[Arrival]], list[bool]]
) -> Callable[[Sequence[Arrival]], list[bool]]:
    """`take_all`, while the server ends at that passage."""
    passages = count(1)

    def taking(arrivals: Sequence[Arrival]) -> list[bool]:
        if next(passages) == moment:
            server.stop()
        return take(arrivals)

    return taking


def test_what_was_read_before_the_connection_was_lost_is_kept(
    hookdesk_app: Flask, own_dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over POP3 each message is a question of its own: the first of two is here when the server ends."""
    mailbox = Fetching(hookdesk_app, own_dovecot, "pop3")
    mailbox.deliver(1, 2)
    mailbox.add(security="none", after="delete")
    read = Pop3Connection.read

    def reading(connection: Pop3Connection, *given: Any) -> Iterator[Letter]:
        for letter in read(connection, *given):
            own_dovecot.stop()
            yield letter

    with monkeypatch.context() as patch:
        patch.setattr(Pop3Connection, "read", reading)
        with pytest.raises(FetchProblem, match="ended"):
            mailbox.look()
    assert len(mailbox.subjects()) == 1
    own_dovecot.start()
    mailbox.look()
    assert mailbox.subjects() == questions(1, 2)
    assert mailbox.left() == 0
