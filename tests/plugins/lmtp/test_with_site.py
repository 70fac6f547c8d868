"""The listener beside the site: `hookdesk serve` starts it where the settings say so, and administrators learn of its death."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from tests.journeys.conftest import free_port, wait_until
from tests.plugins.lmtp.conftest import settings

from hookdesk.api import OutboxEvent, reading, site
from hookdesk.server.companions import Naming, named
from hookdesk.server.supervisor import Supervisor
from hookdesk_lmtp import channels
from hookdesk_lmtp.cli import lmtp
from hookdesk_lmtp.settings import Settings

pytestmark = pytest.mark.plugins("lmtp", "email_in", "storage_fs")


@pytest.fixture
def supervisor(hookdesk_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """Without the site itself: only what plugins name."""
    with hookdesk_app.app_context():
        config = site().config
    monkeypatch.setenv("HOOKDESK_SECRET_KEY", config.secret_key)
    (config.instance / "run").mkdir(exist_ok=True)
    one = Supervisor(config)
    yield one
    one.stop()


def answers(port: int) -> bool:
    """True if somebody listens there."""
    try:
        with smtplib.LMTP("127.0.0.1", port, timeout=5) as client:
            return client.noop()[0] == 250
    except OSError:
        return False


def test_serve_starts_it_follows_its_settings_and_ends_it(hookdesk_app: Flask, supervisor: Supervisor) -> None:
    first, second = free_port(), free_port()

    def until(done: Callable[[], bool]) -> None:
        wait_until(lambda: supervisor.turn() is None and done(), 90)

    with hookdesk_app.app_context():
        naming = Naming(site())
        naming.look()
        assert named(site().config) == frozenset(), "an administrator has not asked for it"
        settings("lmtp", with_site=True, place=f"127.0.0.1:{first}")
        naming.look()
    until(lambda: answers(first))
    with hookdesk_app.app_context():
        settings("lmtp", place=f"127.0.0.1:{second}")
    until(lambda: answers(second))
    assert not answers(first)
    with hookdesk_app.app_context():
        settings("lmtp", with_site=False)
        naming.look()
    until(lambda: not supervisor.leaving and not supervisor.companions)
    assert not answers(second)


def test_a_place_that_is_taken_is_told(hookdesk_app: Flask) -> None:
    with socket.socket() as other, hookdesk_app.app_context():
        other.bind(("127.0.0.1", 0))
        other.listen()
        settings("lmtp", with_site=True, place=f"127.0.0.1:{other.getsockname()[1]}")
        assert CliRunner().invoke(lmtp, []).exit_code == 1
        present = site().settings.get("lmtp", Settings)
        told = channels.channel(present)
        assert told.state == "failed"
        assert "Address already in use" in told.detail
        assert [one.state for one in channels.health(present)] == ["warning"]


def alarms() -> list[str]:
    """The states of the alarms that were raised."""
    names = select(OutboxEvent.data).where(OutboxEvent.name == "channel_alarm_raised").order_by(OutboxEvent.id)
    return [data["state"] for data in reading().scalars(names)]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets seconds pass for whoever looks at the listener."""
    passed = [0.0]
    monkeypatch.setattr(channels, "time", SimpleNamespace(time=lambda: time.time() + passed[0]))
    return lambda seconds: passed.__setitem__(0, passed[0] + seconds)


def test_its_death_is_an_alarm_once_and_its_life_too(hookdesk_app: Flask, later: Callable[[float], None]) -> None:
    present = Settings(with_site=True)
    with hookdesk_app.app_context():
        channels.live("127.0.0.1:8024")
        assert channels.watch(present) == 0
        later(channels.SILENT_S + 1)
        assert channels.watch(present) == 0, "it may be on its way"
        later(channels.PATIENCE_S + 1)
        assert channels.watch(present) == 1
        assert channels.watch(present) == 0
        assert alarms() == ["failed"]
        later(-channels.SILENT_S - channels.PATIENCE_S - 2)
        channels.live("127.0.0.1:8024")
        assert channels.watch(present) == 1
        assert alarms() == ["failed", "ok"]


@pytest.mark.parametrize(("with_site", "number"), [(False, 0), (True, 1)])
def test_one_that_never_ran_is_an_alarm_if_it_was_to_run(
    hookdesk_app: Flask, later: Callable[[float], None], with_site: bool, number: int
) -> None:
    present = Settings(with_site=with_site)
    with hookdesk_app.app_context():
        assert channels.watch(present) == 0
        later(channels.FORGOTTEN_S + 1)
        assert channels.watch(present) == 0, "the site may have been stopped in between"
        later(channels.PATIENCE_S + 1)
        assert channels.watch(present) == number
