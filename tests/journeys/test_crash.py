"""Power cuts at named places, and processes that are killed: everything arrives, once."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hookdesk.faults import EXIT_STATUS
from tests.journeys.conftest import LiveSite, make_site, wait_until
from tests.journeys.test_switch import children, pid_of
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.requires("email_in", "email_out")
ARRIVE_S = 300


@pytest.fixture
def site(tmp_path: Path, smtp_server: SmtpServer) -> Iterator[LiveSite]:
    """An instance whose mail arrives at `smtp_server`; not started yet."""
    made = make_site(tmp_path, smtp_server)
    yield made
    made.stop()


def mail(number: int) -> bytes:
    """A mail from a person of its own."""
    return (
        f"From: Person {number} <person{number}@example.org>\r\nTo: help@desk.example\r\nSubject: Question {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\nDate: Mon, 01 Jun 2026 12:00:00 +0000\r\n\r\nWhat about number {number}?\r\n"
    ).encode()


def pipe(site: LiveSite, number: int, crash_at: str = "") -> None:
    """Hand a mail to the pipe as a mail server does: again, until it is taken."""
    extra = {"HOOKDESK_CRASH_AT": crash_at} if crash_at else {}
    done = site.run("mail", "pipe", stdin=mail(number), **extra)
    if crash_at:
        assert done.returncode == EXIT_STATUS
        done = site.run("mail", "pipe", stdin=mail(number))
    assert done.returncode == 0, done.stderr.decode()


def ask(site: LiveSite, query: str) -> list[tuple[Any, ...]]:
    """Ask the database."""
    connection = sqlite3.connect(site.instance / "hookdesk.db", timeout=30)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def hurry(site: LiveSite) -> None:
    """Let the minute pass that a record is left alone for after its worker died."""
    connection = sqlite3.connect(site.instance / "hookdesk.db", timeout=30)
    try:
        with connection:
            connection.execute("UPDATE intake_record SET due_at = received_at WHERE outcome = 'pending'")
    finally:
        connection.close()


def settled(site: LiveSite, smtp: SmtpServer, number: int) -> bool:
    """True once so many tickets are there, nothing is left to do, and each sender has an answer."""
    (left,) = ask(
        site,
        "SELECT (SELECT count(*) FROM outbox_event) + (SELECT count(*) FROM intake_record WHERE outcome = 'pending')",
    )[0]
    (tickets,) = ask(site, "SELECT count(*) FROM ticket WHERE subject LIKE 'Question %'")[0]
    spooled = list((site.instance / "spool" / "new").iterdir())
    if tickets < number and not spooled:
        hurry(site)
    return tickets == number and not left and not spooled and len(answered(smtp)) == number


def answered(smtp: SmtpServer) -> Counter[str]:
    """How many mails each of the senders got."""
    return Counter(
        recipient
        for received in list(smtp.messages)
        for recipient in received.recipients
        if recipient.startswith("person")
    )


def told(site: LiveSite, smtp: SmtpServer) -> str:
    """What there is, for a failure."""
    tickets = ask(site, "SELECT subject FROM ticket")
    left = (
        ask(site, "SELECT name FROM outbox_event"),
        ask(site, "SELECT outcome, reason FROM intake_record"),
        ask(site, "SELECT * FROM delivery"),
    )
    return f"{tickets} {left} {answered(smtp)}\n{site.log.read_text(errors='replace')[-3000:]}"


def each_once(site: LiveSite, number: int) -> None:
    """Hold that each mail became one ticket, and that the ledger balances."""
    rows = ask(site, "SELECT subject, count(*) FROM ticket WHERE subject LIKE 'Question %' GROUP BY subject")
    assert sorted(rows) == sorted((f"Question {one}", 1) for one in range(number))
    outcomes = ask(site, "SELECT outcome, count(*) FROM intake_record WHERE channel = 'email' GROUP BY outcome")
    assert outcomes == [("ticket", number)]


@pytest.mark.parametrize(
    ("point", "number"),
    [
        ("spool-after-receive", 4),
        ("intake-after-store", 4),
        ("intake-before-commit", 4),
        ("outbox-before-delete", 2),  # each has several events
        ("outbox-after-delete", 2),
        ("after-smtp-ok", 3),
    ],
)
def test_a_crash_at_a_named_place_loses_nothing_and_doubles_nothing(
    site: LiveSite, smtp_server: SmtpServer, point: str, number: int
) -> None:
    """Each process dies at its third passage, and is replaced, until all of so many mails is done."""
    for one in range(number):
        pipe(site, one)
    site.start(HOOKDESK_CRASH_AT=f"{point}@3")
    wait_until(lambda: settled(site, smtp_server, number), ARRIVE_S, lambda: told(site, smtp_server))
    assert f"exited with code {EXIT_STATUS}" in site.log.read_text(), "nothing crashed, so nothing was tested"
    each_once(site, number)
    most = (
        2 if point == "after-smtp-ok" else 1
    )  # between the server's OK and our note of it lies no transaction that spans both
    assert max(answered(smtp_server).values()) <= most


@pytest.mark.parametrize("point", ["pipe-after-write", "pipe-after-rename"])
def test_a_pipe_that_dies_is_called_again_and_the_mail_arrives_once(
    site: LiveSite, smtp_server: SmtpServer, point: str
) -> None:
    for one in range(4):
        pipe(site, one, point if one % 2 else "")
    site.start()
    wait_until(lambda: settled(site, smtp_server, 4), ARRIVE_S, lambda: told(site, smtp_server))
    rows = ask(site, "SELECT subject, count(*) FROM ticket WHERE subject LIKE 'Question %' GROUP BY subject")
    assert sorted(rows) == [(f"Question {one}", 1) for one in range(4)]


def test_everything_arrives_while_the_queue_and_workers_are_killed(site: LiveSite, smtp_server: SmtpServer) -> None:
    number = 9
    site.start()
    for one in range(number):
        pipe(site, one, "pipe-after-rename" if one % 5 == 4 else "")
        if one % 3 == 2:
            kill(site, "unixsocket")
        if one % 3 == 1:
            kill(site, "server.web")
    wait_until(lambda: settled(site, smtp_server, number), ARRIVE_S, lambda: told(site, smtp_server))
    rows = ask(site, "SELECT count(*), count(DISTINCT subject) FROM ticket WHERE subject LIKE 'Question %'")
    assert rows == [(number, number)]
    wait_until(site.answers, 60)


def kill(site: LiveSite, word: str) -> None:
    """Kill a process below the supervisor, the queue or any worker (the master of the workers among them)."""
    found = [pid for pid, command in children(pid_of(site)).items() if word in command]
    if found:
        os.kill(random.choice(found), signal.SIGKILL)
