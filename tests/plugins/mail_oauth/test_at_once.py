"""However many processes need a token at the same moment, one renews it: a second refresh would end the first one's tokens."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from hookdesk.api import AccessToken, clock, reading, site, tokens, transact
from hookdesk.testing.instances import SECRET
from hookdesk_mail_oauth import renewing
from hookdesk_mail_oauth.models import Connection
from tests.servers.oauth import OAuthProvider

pytestmark = pytest.mark.plugins("mail_oauth", "admin")
PROGRAM = """
import sys
from pathlib import Path
from hookdesk.api import tokens
from hookdesk.app import create_app
from hookdesk.config import Config
app = create_app(Config(instance=Path(sys.argv[1]), secret_key=sys.argv[2], testing=True))
print("ready", flush=True)
sys.stdin.readline()
with app.app_context():
    print(tokens.access_token(sys.argv[3]).token, flush=True)
"""


@pytest.fixture(autouse=True)
def ended(hookdesk_app: Flask, consent: Callable[..., TestResponse], oauth_provider: OAuthProvider) -> None:
    """The first token has ended."""
    consent()
    assert oauth_provider.arrived.acquire(timeout=1)
    past = clock.now() - timedelta(minutes=1)
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Connection).values(renew_at=past, access_ends_at=past)))


def begin(app: Flask, connection: int) -> subprocess.Popen[str]:
    """A process of the site, which asks for the token once it is told to."""
    with app.app_context():
        instance = site().config.instance
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(instance), SECRET, f"mail_oauth:{connection}"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def go(process: subprocess.Popen[str]) -> None:
    """Let it ask, once it is there."""
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()


def test_two_processes_renew_once(hookdesk_app: Flask, connection: int, oauth_provider: OAuthProvider) -> None:
    oauth_provider.held = threading.Event()
    processes = [begin(hookdesk_app, connection) for _number in range(2)]
    for process in processes:
        go(process)
    assert oauth_provider.arrived.acquire(timeout=10)
    oauth_provider.arrived.acquire(timeout=0.5)  # the other one has time to come, and must not
    oauth_provider.held.set()
    found = {process.communicate(timeout=20)[0] for process in processes}
    assert len(found) == 1
    assert oauth_provider.refreshes == 1


def test_threads_renew_once(hookdesk_app: Flask, connection: int, oauth_provider: OAuthProvider) -> None:
    found: list[AccessToken] = []

    def ask() -> None:
        with hookdesk_app.app_context():
            found.append(tokens.access_token(f"mail_oauth:{connection}", renew=True))

    threads = [threading.Thread(target=ask) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert oauth_provider.refreshes == 1


def test_a_process_that_dies_with_the_answer_leaves_the_old_token_and_frees_the_way(
    hookdesk_app: Flask, connection: int, oauth_provider: OAuthProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_name: str) -> None:
        raise KeyboardInterrupt

    oauth_provider.rotates = False  # as at Microsoft and Google, where the old one counts on for a while
    with monkeypatch.context() as dying, hookdesk_app.app_context():
        dying.setattr(renewing, "crash_point", die)
        with pytest.raises(KeyboardInterrupt):
            tokens.access_token(f"mail_oauth:{connection}")
    with hookdesk_app.app_context(), clock.at(clock.now() + timedelta(minutes=2)):
        row = reading().first(select(Connection.refresh_token, Connection.leased_until))
        assert row is not None
        assert site().keys.decrypt(row.refresh_token) in oauth_provider.refresh_tokens
        assert row.leased_until is not None
        assert tokens.access_token(f"mail_oauth:{connection}").token
    assert oauth_provider.refreshes == 2
