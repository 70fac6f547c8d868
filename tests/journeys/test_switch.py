"""Plugins are switched while people work, and processes come and go: nobody is turned away."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.journeys.conftest import BIN, LiveSite, make_site, wait_until

CLIENTS = 4
PAUSE_S = 0.2
WORKERS = 3  # two for pages, one for jobs
TOPICS = b'name="topic"'


@dataclass
class Answer:
    """What a client got: when it had asked, the status, and whether the page had the field of the plugin."""

    asked_at: float
    status: int
    has_topics: bool


@dataclass
class Traffic:
    """Clients that ask for the same page again and again, every other one on a connection that it keeps."""

    port: int
    path: str
    answers: list[Answer] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def client(self, keeps: bool) -> None:
        """One client."""
        connection = self._connect()
        while not self._stop.wait(PAUSE_S):
            asked_at = time.monotonic()
            try:
                connection.request("GET", self.path)
                answer = connection.getresponse()
                page = answer.read()
                self.answers.append(Answer(asked_at, answer.status, TOPICS in page))
                if not keeps:
                    connection.close()
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(repr(error))
                connection.close()
                connection = self._connect()
        connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)

    def stop(self) -> None:
        """Let the clients come to an end."""
        self._stop.set()

    def follow(self, has_topics: bool) -> None:
        """Wait until the pages are as they should be now, and stay so for a while."""
        wait_until(lambda: self._are(has_topics, 3 * CLIENTS), 300, lambda: f"{self.answers[-20:]}")

    def _are(self, has_topics: bool, number: int) -> bool:
        latest = self.answers[-number:]
        return len(latest) == number and all(answer.has_topics is has_topics for answer in latest)


@contextmanager
def traffic(port: int, path: str) -> Iterator[Traffic]:
    """Four clients, about 20 requests a second."""
    made = Traffic(port, path)
    threads = [threading.Thread(target=made.client, args=(number % 2 == 0,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.stop()
        for thread in threads:
            thread.join()


@pytest.fixture
def quiet_site(tmp_path: Path) -> Iterator[LiveSite]:
    """A running site without a mail server."""
    made = make_site(tmp_path, None)
    made.start(HOOKDESK_WEB_WORKERS="2")
    yield made
    made.stop()


def switch(site: LiveSite, verb: str, slug: str) -> None:
    """Switch a plugin as an operator does."""
    done = site.run("plugins", verb, slug)
    assert done.returncode == 0, done.stderr.decode()


def children(pid: int) -> dict[int, str]:
    """The processes below another one, with their command lines."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if parent == pid and command:
            found[int(entry.name)] = command
            found |= children(int(entry.name))
    return found


def pid_of(site: LiveSite) -> int:
    """The supervisor."""
    assert site.process is not None
    return site.process.pid


def gone(pids: list[int]) -> Callable[[], bool]:
    """Tells whether none of these processes is left."""
    return lambda: not any(Path(f"/proc/{pid}").exists() and not _is_zombie(pid) for pid in pids)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.requires("portal", "topics")
def test_switching_a_plugin_costs_no_visitor_a_request_and_old_pages_go(quiet_site: LiveSite) -> None:
    with traffic(quiet_site.port, "/open") as seen:
        seen.follow(True)
        switch(quiet_site, "disable", "topics")
        seen.follow(False)
        switch(quiet_site, "enable", "topics")
        seen.follow(True)
    assert seen.errors == []
    assert {answer.status for answer in seen.answers} == {200}


def test_a_process_that_dies_is_replaced(quiet_site: LiveSite) -> None:
    master = next(pid for pid, command in children(pid_of(quiet_site)).items() if "server.web" in command)
    wait_until(lambda: len(children(master)) == WORKERS, 300)
    workers = list(children(master))
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    wait_until(gone(workers), 300)
    wait_until(quiet_site.answers, 300)
    wait_until(lambda: len(children(master)) == WORKERS, 300)
    workers = list(children(master))  # the new ones, which may still be starting
    os.kill(master, signal.SIGKILL)
    wait_until(gone([master, *workers]), 300)
    wait_until(quiet_site.answers, 300)


def test_a_supervisor_that_dies_takes_its_processes_with_it(quiet_site: LiveSite) -> None:
    below = list(children(pid_of(quiet_site)))
    assert len(below) >= 4
    os.kill(pid_of(quiet_site), signal.SIGKILL)
    wait_until(gone(below), 300)


def test_a_signal_ends_everything_and_the_site_can_be_started_again(quiet_site: LiveSite) -> None:
    assert quiet_site.process is not None
    below = list(children(pid_of(quiet_site)))
    quiet_site.process.send_signal(signal.SIGINT)
    assert quiet_site.process.wait(300) == 0
    assert gone(below)()
    quiet_site.start()
    assert quiet_site.answers()


def test_a_port_in_use_and_an_instance_in_use_are_told_in_a_sentence(quiet_site: LiveSite) -> None:
    again = quiet_site.run("serve", "--bind", f"127.0.0.1:{quiet_site.port + 1}")
    assert again.returncode == 1
    assert "is being served already, by process" in again.stderr.decode()
    quiet_site.stop()
    with socket.socket() as other:
        other.bind(("127.0.0.1", quiet_site.port))
        other.listen()
        refused = quiet_site.run("serve", "--bind", f"127.0.0.1:{quiet_site.port}")
    assert refused.returncode == 1
    assert f"Port {quiet_site.port} at 127.0.0.1 is in use." in refused.stderr.decode()
    assert "Traceback" not in refused.stderr.decode()


def test_an_instance_that_is_not_there_is_made_first(tmp_path: Path) -> None:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("HOOKDESK_")}
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [BIN / "hookdesk", "serve", "--bind", "127.0.0.1:0"],
            env={**environ, "HOOKDESK_INSTANCE": str(tmp_path / "new")}, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        wait_until(lambda: "Ready at" in log.read_text(), 300, log.read_text)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(300) == 0
    assert "with the password" in log.read_text()
