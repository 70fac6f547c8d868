"""A real Postfix of the test run's own, with its own configuration and queue, on a free port.

Tests share it, so each takes roads of its own: `road()` hands out a port and three domains, whose mail goes to that port over LMTP or SMTP,
or into the spool of `instance()`. All other mail vanishes.
It tries again after two seconds.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hookdesk_email_in import pipe
from tests.servers.shared import Started, shared_server

USER = "nobody"
"""Whom the pipe runs as: Postfix lets it be neither root nor its own user."""

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mail.test
mydestination =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
lmtp_dns_support_level = disabled
transport_maps = hash:{folder}/routes
default_transport = discard:
alias_maps =
alias_database =
message_size_limit = 104857600
notify_classes =
queue_run_delay = 1s
minimal_backoff_time = 2s
maximal_backoff_time = 2s
transport_retry_time = 1s
hookdesk_destination_recipient_limit = 1
default_destination_concurrency_failed_cohort_limit = 100
"""

MASTER = """\
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
hookdesk unix - n n - 4 pipe user={user} flags=R
  argv={python} {folder}/pipe.py --instance {folder}/instances/${{nexthop}} --sender ${{sender}} --recipient ${{original_recipient}}
"""

ROADS, FIRST_PORT = 100, 21000
"""Below those that the system hands out."""
ROUTES = """\
lmtp{number}.test lmtp:inet:127.0.0.1:{port}
smtp{number}.test smtp:[127.0.0.1]:{port}
pipe{number}.test hookdesk:
"""


@dataclass(frozen=True)
class Road:
    """Where mail to some domains goes."""

    port: int
    lmtp: str
    smtp: str
    pipe: str


@dataclass(frozen=True)
class Postfix:
    """The running server."""

    folder: Path
    port: int

    def send(self, sender: str, recipients: Sequence[str], mail: bytes) -> None:
        """Hand a mail over; Postfix has it in its queue on return."""
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            client.sendmail(sender, list(recipients), mail)

    def waiting(self, word: str) -> list[dict[str, Any]]:
        """What is in the queue for recipients whose address holds this word, as postqueue(1) tells it."""
        told = self._call("postqueue", "-j").stdout.decode().splitlines()
        mails = [json.loads(line) for line in told]
        return [mail for mail in mails if any(word in one["address"] for one in mail["recipients"])]

    def is_rid_of(self, word: str) -> bool:
        """True once nothing is left for such recipients. What was put off is tried again every two seconds, without being asked to."""
        return not self.waiting(word)

    def reasons(self, word: str) -> list[str]:
        """Why deliveries to such recipients were put off."""
        return [one.get("delay_reason", "") for mail in self.waiting(word) for one in mail["recipients"]]

    def road(self) -> Road:
        """One that nobody else has. Roads stand in the configuration from the start, for Postfix looks at it anew now and then only."""
        with (self.folder / "roads").open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            number, port, rest = file.read().split(maxsplit=2)
            file.seek(0)
            file.truncate()
            file.write(rest)
        return Road(int(port), f"lmtp{number}.test", f"smtp{number}.test", f"pipe{number}.test")

    def instance(self, road: Road) -> Path:
        """The folder of the instance that mail by the pipe comes to; it belongs to the pipe's user."""
        made = self.folder / "instances" / road.pipe
        made.mkdir()
        shutil.chown(made, USER)
        return made

    def log(self) -> str:
        """What the server has noted, for failures."""
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def _call(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([words[0], "-c", str(self.folder), *words[1:]], capture_output=True, check=True)


@pytest.fixture
def postfix() -> Postfix:
    """The run's Postfix."""
    if os.geteuid() != 0:
        pytest.skip("Only root can start a Postfix.")
    if not shutil.which("postfix"):
        pytest.skip("There is no Postfix here: `apt-get install postfix` brings one.")
    server = shared_server("postfix", start)
    folder = Path(server.where)
    return Postfix(folder, int((folder / "port").read_text()))


def start(folder: Path) -> Started:
    """Configure and start it; returns when it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    daemons = subprocess.run(["postconf", "-hd", "daemon_directory"], capture_output=True, check=True, text=True)
    # The pipe's user may not be allowed to look into the folder of this project, nor to run its Python.
    shutil.copy(pipe.__file__, folder / "pipe.py")
    values = {"folder": folder, "port": port, "daemons": daemons.stdout.strip(), "user": USER, "python": python()}
    (folder / "main.cf").write_text(MAIN.format(**values))
    (folder / "master.cf").write_text(MASTER.format(**values))
    write_roads(folder)
    for name in ("queue", "data", "instances"):
        (folder / name).mkdir()
    folder.chmod(0o755)
    shutil.chown(folder / "data", "postfix")
    (folder / "port").write_text(str(port))
    subprocess.run(["postfix", "-c", str(folder), "start"], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    wait_until_up(port)
    return Started(int((folder / "queue/pid/master.pid").read_text()), signal.SIGTERM, str(folder))


def python() -> str:
    """A Python that the pipe's user may run."""
    for program in (sys.executable, "/usr/bin/python3"):
        with contextlib.suppress(OSError):
            if subprocess.run([program, "-c", ""], user=USER, cwd="/", capture_output=True).returncode == 0:
                return program
    pytest.skip(f"There is no Python here that the user {USER} may run.")


def write_roads(folder: Path) -> None:
    """The routes of all roads, and a list from which tests take them."""
    roads = [(number, port) for number, port in enumerate(free_ports(ROADS))]
    routes = folder / "routes"
    routes.write_text("".join(ROUTES.format(number=number, port=port) for number, port in roads))
    subprocess.run(["postmap", f"hash:{routes}"], check=True)
    (folder / "roads").write_text("".join(f"{number} {port}\n" for number, port in roads))


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at, and that the system does not hand out by itself."""
    found: list[int] = []
    for port in range(FIRST_PORT, FIRST_PORT + 20 * count):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            break
    return found


def wait_until_up(port: int, seconds: float = 10.0) -> None:
    """Poll until the server greets. Raises OSError or SMTPException when it does not in time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with smtplib.SMTP("127.0.0.1", port):
                return
        except (OSError, smtplib.SMTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
