"""A listener in a process of its own, as an operator runs it."""

from __future__ import annotations

import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from hookdesk.api import intake, site, system


@dataclass
class Running:
    """`hookdesk lmtp` on the test's instance."""

    app: Flask
    place: str = "127.0.0.1:0"
    protocol: str = "lmtp"
    process: subprocess.Popen[str] | None = None
    told: str = ""

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.place.rpartition(":")[2])

    def start(self, **extra: str) -> None:
        """Start it, at the same place again if it ran before; returns when it listens."""
        with self.app.app_context():
            config = site().config
        words = ["lmtp", "--listen", self.place, "--protocol", self.protocol]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hookdesk", *words],
            env={
                **os.environ,
                "HOOKDESK_INSTANCE": str(config.instance),
                "HOOKDESK_SECRET_KEY": config.secret_key,
                **extra,
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.told = self.process.stdout.readline().strip()
        assert self.told, "it did not start"
        self.place = self.told.rpartition(" at ")[2].rstrip(".")

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; the exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end; the exit status."""
        assert self.process is not None
        status = self.process.wait(30)
        if self.process.stdout:
            self.process.stdout.close()
        self.process = None
        return status

    def client(self) -> smtplib.SMTP:
        """A connection to it."""
        return (smtplib.LMTP if self.protocol == "lmtp" else smtplib.SMTP)("127.0.0.1", self.port)


@pytest.fixture
def listener(hookdesk_app: Flask) -> Iterator[Running]:
    """Not started yet."""
    running = Running(hookdesk_app)
    yield running
    if running.process is not None:
        running.end(signal.SIGKILL)


@pytest.fixture
def ledger(hookdesk_app: Flask) -> Callable[[], dict[str, int]]:
    """How many records ended how; what is zero is left out."""

    def read() -> dict[str, int]:
        with hookdesk_app.app_context():
            return {name: number for name, number in intake.ledger().items() if number}

    return read


def settings(slug: str, **values: object) -> None:
    """Store a plugin's settings."""
    plugin = site().plugins.get(slug)
    assert plugin is not None
    site().settings.save(slug, plugin.settings_type, values, system())
