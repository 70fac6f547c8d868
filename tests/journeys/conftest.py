"""A whole site as an operator runs it: `hookdesk serve` in a process of its own, with real mail on both ends."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hookdesk.api import system
from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk.testing.instances import end
from tests.journeys.furnished import fill
from tests.servers.shared import shared_copy
from tests.servers.smtp import SmtpServer

PASSWORD = "correct horse battery staple"
BIN = Path(sys.executable).parent
START_S = 120
expect.set_options(timeout=20_000)  # how long something takes says how busy the machine is


@dataclass
class LiveSite:
    """A running site. `environ` is what its commands see; `run` calls a command of it."""

    instance: Path
    port: int
    environ: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.instance.parent / "serve.log"

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, *words: str, stdin: bytes = b"", **extra: str) -> subprocess.CompletedProcess[bytes]:
        """Run `hookdesk …` on the instance."""
        command = [str(BIN / "hookdesk"), *words]
        return subprocess.run(
            command, input=stdin, capture_output=True, env={**self.environ, **extra}, timeout=600, check=False
        )

    def start(self, **extra: str) -> None:
        """Serve, and wait until it answers."""
        with self.log.open("ab") as log:
            command = [str(BIN / "hookdesk"), "serve", "--bind", f"127.0.0.1:{self.port}"]
            self.process = subprocess.Popen(
                command, env={**self.environ, **extra}, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(lambda: self.answers(), START_S, lambda: self.log.read_text(errors="replace")[-4000:])

    def answers(self) -> bool:
        """True once `/health` can be read."""
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text(errors="replace")[-4000:]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (http.client.HTTPException, OSError):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """End it as Ctrl-C does; kill what is left of its group."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)
        self.process = None


def wait_until(done: Callable[[], bool], seconds: float, why: Callable[[], str] = lambda: "") -> None:
    """Ask until the answer is yes; fail after a deadline. For other processes only, whose clock cannot be set."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing came of it within {seconds} s. {why()}")
        time.sleep(0.05)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_site(folder: Path, smtp: SmtpServer | None, **extra: str) -> LiveSite:
    """An instance with an administrator `admin`, and its outgoing mail pointed at a server; not started yet.

    `extra` is added to the environment of its commands.
    """
    instance = folder / "instance"
    environ = {key: value for key, value in os.environ.items() if not key.startswith("HOOKDESK_")}
    port = free_port()
    made = LiveSite(
        instance,
        port,
        {
            **environ,
            "HOOKDESK_INSTANCE": str(instance),
            "HOOKDESK_BASE_URL": f"http://127.0.0.1:{port}",
            "HOOKDESK_WEB_WORKERS": "1",  # each imports all plugins, and a site of few visitors needs no other
            **extra,
        },
    )
    if extra:
        initialize(made, folder)
    elif smtp is None:
        shutil.copytree(shared_copy("first-site", _first_site) / "instance", instance)
    else:
        shutil.copytree(shared_copy("mailing-site", _mailing_site) / "instance", instance)
        point_mail_at(made, smtp)
    return made


def initialize(made: LiveSite, folder: Path) -> None:
    """`hookdesk init`, with an administrator."""
    secret = folder / "password"
    secret.write_text(PASSWORD)
    done = made.run("init", "--admin-email", "ada@helpdesk.example", "--admin-password-file", str(secret))
    assert done.returncode == 0, done.stderr.decode()


def _first_site(folder: Path) -> None:
    """An instance as `init` leaves it: migrating some fifty plugins takes five seconds, copying it none."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("HOOKDESK_")}
    initialize(LiveSite(folder / "instance", 0, {**environ, "HOOKDESK_INSTANCE": str(folder / "instance")}), folder)


def _mailing_site(folder: Path) -> None:
    """The same with an account for outgoing mail, which leads nowhere yet."""
    instance = folder / "instance"
    shutil.copytree(shared_copy("first-site", _first_site) / "instance", instance)
    app = create_app(load(instance, {}))
    with app.app_context():
        from hookdesk_email_out.accounts import store

        store.save(system(), store.Values(name="Help", address="help@desk.example", host="127.0.0.1", security="none"))
    end(app)


class NewSite(Protocol):
    """`make_site` without the plugins that this run goes without."""

    def __call__(self, folder: Path, smtp: SmtpServer | None) -> LiveSite:
        """Make it in that folder."""
        ...


@pytest.fixture(scope="session")
def new_site(plugins_off: frozenset[str]) -> NewSite:
    """For what people do on a site. How its processes start and die, and how its pages look, hangs on no other plugin's being there."""

    def make(folder: Path, smtp: SmtpServer | None) -> LiveSite:
        made = make_site(folder, smtp)
        for slug in sorted(plugins_off):
            off = made.run("plugins", "disable", slug, "--cascade", "--force")
            assert off.returncode == 0 or b"not switched on" in off.stderr, off.stderr.decode()
        return made

    return make


def point_mail_at(made: LiveSite, smtp: SmtpServer) -> None:
    """Let mail leave by the server. (In SQL, for an application takes as long to make as all the rest of a site.)"""
    with closing(sqlite3.connect(made.instance / "hookdesk.db")) as connection, connection:
        changed = connection.execute("UPDATE p_email_out__account SET host = ?, port = ?", (smtp.host, smtp.port))
        assert changed.rowcount == 1


def press_bold(page: Page) -> None:
    """Turn bold on or off where the cursor is.

    The editor learns of typed words only when the browser tells of the cursor they have moved, a frame later, and then forgets what was
    switched on meanwhile. No person is that quick.
    """
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.keyboard.press("ControlOrMeta+b")


def sign_in(page: Page, site: LiveSite) -> None:
    """An agent signs in."""
    page.goto(f"{site.url}/agent/login")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/agent/?(\?|$|tickets)"))


@pytest.fixture
def live_site(new_site: NewSite, tmp_path: Path, smtp_server: SmtpServer) -> Iterator[LiveSite]:
    """A running site whose mail arrives at `smtp_server`."""
    made = new_site(tmp_path, smtp_server)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """One running site for all tests that look at pages: see `furnished.fill`. They share an xdist group."""
    made = make_site(tmp_path_factory.mktemp("furnished"), None)
    fill(made)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def signed_in(browser: Browser, furnished: LiveSite) -> Iterator[BrowserContext]:
    """A browser in which the administrator is signed in."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, furnished)
    page.close()
    yield context
    context.close()
