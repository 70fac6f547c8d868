"""Two machines of one site: they share PostgreSQL, Redis and a key, and follow each other."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.journeys.conftest import LiveSite, free_port, make_site, wait_until
from tests.journeys.test_crash import mail
from tests.journeys.test_switch import children, pid_of, switch, traffic

SECRET = "the same on each machine, and long enough"


@pytest.fixture
def nodes(tmp_path: Path, fresh_postgres_url: str, redis_url: str) -> Iterator[tuple[LiveSite, LiveSite]]:
    """Two running machines."""
    shared = {
        "HOOKDESK_DATABASE_URL": fresh_postgres_url,
        "HOOKDESK_REDIS_URL": redis_url,
        "HOOKDESK_SECRET_KEY": SECRET,
    }
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    first = make_site(tmp_path / "first", None, **shared)
    instance, port = tmp_path / "second" / "instance", free_port()
    shutil.copytree(first.instance, instance)
    own = {"HOOKDESK_INSTANCE": str(instance), "HOOKDESK_BASE_URL": f"http://127.0.0.1:{port}"}
    second = LiveSite(instance, port, {**first.environ, **own})
    for node in (first, second):
        node.start()
    yield first, second
    for node in (first, second):
        node.stop()


def subjects(url: str) -> list[str]:
    """The tickets that came by mail, in the order of their numbers."""
    with psycopg.connect(re.sub(r"^postgresql\+psycopg:", "postgresql:", url)) as connection:
        rows = connection.execute("SELECT subject FROM ticket WHERE subject LIKE 'Question %' ORDER BY id").fetchall()
    return [str(row[0]) for row in rows]


@pytest.mark.postgres
@pytest.mark.requires("portal", "topics", "email_in")
def test_two_machines_take_mail_in_and_follow_each_others_switches(
    nodes: tuple[LiveSite, LiveSite], fresh_postgres_url: str
) -> None:
    first, second = nodes
    assert not [command for command in children(pid_of(first)).values() if "unixsocket" in command], (
        "Redis is configured"
    )
    for number in range(6):
        taken = nodes[number % 2].run("mail", "pipe", stdin=mail(number))
        assert taken.returncode == 0
    wait_until(
        lambda: len(subjects(fresh_postgres_url)) == 6, 300, lambda: first.log.read_text() + second.log.read_text()
    )
    assert sorted(subjects(fresh_postgres_url)) == [f"Question {number}" for number in range(6)]
    with traffic(second.port, "/open") as seen:
        seen.follow(True)
        switch(first, "disable", "topics")
        seen.follow(False)
        switch(first, "enable", "topics")
        seen.follow(True)
    assert (seen.errors, {answer.status for answer in seen.answers}) == ([], {200})
