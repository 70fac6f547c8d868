"""The keys' pages of the admin panel, and the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from tests.plugins.api_osticket.conftest import Program

from hookdesk.api import Actor, clock
from hookdesk.testing import Client
from hookdesk_api_osticket.models import ApiKey

pytestmark = pytest.mark.plugins("api_osticket", "storage_fs")
FORM = {
    "name": "Shop", "networks": "127.0.0.1\r\n2001:db8::/32", "may_create_tickets": "y", "calls_per_minute": "", "notes": "Ask Ann",
    "is_active": "y",
}  # fmt: skip
PAGES = ["/admin/api-keys", "/admin/api-keys/new", "/admin/api-keys/1", "/admin/api-keys/calls"]


@pytest.fixture
def panel(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser with an administrator who has just signed in."""
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    return hookdesk_client


def test_a_key_is_made_and_shown_once_and_works(
    panel: Client, hookdesk_app: Flask, all_keys: Callable[[], list[ApiKey]]
) -> None:
    made = panel.submit("/admin/api-keys/new", FORM)
    secret = re.search(r"[0-9A-F]{40}", made.text)
    assert secret is not None
    assert made.headers["Cache-Control"] == "no-store"
    key = all_keys()[0]
    assert (key.networks, key.may_create_tickets, key.may_run_cron) == (["127.0.0.1", "2001:db8::/32"], True, False)
    assert Program(hookdesk_app, secret[0]).json().status_code == 201
    for page in ("/admin/api-keys", f"/admin/api-keys/{key.id}", "/admin/api-keys/calls"):
        text = panel.get(page).text
        assert "Shop" in text
        assert secret[0] not in text


def test_a_key_is_changed_switched_off_and_deleted(panel: Client, all_keys: Callable[[], list[ApiKey]]) -> None:
    panel.submit("/admin/api-keys/new", FORM)
    page = f"/admin/api-keys/{all_keys()[0].id}"
    assert "2001:db8::/32" in panel.get(page).text
    changed = {**FORM, "name": "Till", "networks": "192.0.2.1", "is_active": "", "calls_per_minute": "30"}
    assert "The key Till is saved." in panel.submit(page, changed).text
    key = all_keys()[0]
    assert (key.name, key.networks, key.is_active, key.calls_per_minute) == ("Till", ["192.0.2.1"], False, 30)
    assert "The key Till is deleted." in panel.submit(page, to=f"{page}/delete").text
    assert all_keys() == []
    assert panel.get(page).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Say which program it is for."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"networks": " \n"}, "Say from where it may be used."),
        ({"networks": "192.0.2.1\nlocalhost"}, "localhost is no address and no network."),
        ({"networks": "\n".join(["::1"] * 101)}, "At most 100 lines."),
        ({"calls_per_minute": "0"}, "from 1 to"),
        ({"calls_per_minute": "many"}, "alid integer"),
        ({"notes": "x" * 4001}, "at most 4,000"),
    ],
)
def test_bad_input_is_told_and_the_rest_is_kept(
    panel: Client, all_keys: Callable[[], list[ApiKey]], changes: dict[str, str], words: str
) -> None:
    page = panel.submit("/admin/api-keys/new", {**FORM, **changes})
    assert page.status_code == 422
    assert words in page.text
    assert "Ask Ann" in page.text or "notes" in changes
    assert all_keys() == []


def test_making_a_key_asks_who_one_is_if_that_was_long_ago(panel: Client, all_keys: Callable[[], list[ApiKey]]) -> None:
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert panel.get("/admin/api-keys/new").location == "/agent/confirm"
    assert all_keys() == []


@pytest.mark.parametrize("path", PAGES)
def test_only_administrators_come_here(
    hookdesk_client: Client, make_agent: Callable[..., Actor], make_key: Callable[..., str], path: str
) -> None:
    make_key()
    assert hookdesk_client.get(path).location == "/agent/login"
    hookdesk_client.sign_in(make_agent())
    assert hookdesk_client.get(path).status_code == 403


def test_words_of_a_client_are_shown_and_not_run_in_the_log(
    panel: Client, hookdesk_app: Flask, program: Program
) -> None:
    program.json(**{"<script>alert(1)</script>": "x"})
    page = panel.get("/admin/api-keys/calls").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_log_has_pages_and_is_read_by_key(panel: Client, hookdesk_app: Flask, program: Program) -> None:
    for _ in range(51):
        program.post("/api/tasks/cron")
    first = panel.get("/admin/api-keys/calls?key=1")
    assert first.text.count("tasks/cron") == 50
    older = re.search(r'href="([^"]*before=[^"]*)"', first.text)
    assert older is not None
    assert panel.get(older[1].replace("&amp;", "&")).text.count("tasks/cron") == 1
    assert panel.get("/admin/api-keys/calls?key=99").status_code == 404
    assert panel.get("/admin/api-keys/calls?before=x&key=").status_code == 200


@pytest.fixture
def command(hookdesk_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`command("api-key", …)`: run `hookdesk` on the test's instance."""
    from hookdesk.api import site
    from hookdesk.cli.root import root

    with hookdesk_app.app_context():
        config = site().config
    monkeypatch.setenv("HOOKDESK_INSTANCE", str(config.instance))
    monkeypatch.setenv("HOOKDESK_SECRET_KEY", config.secret_key)
    return lambda *words: CliRunner().invoke(root, words)


def test_the_command_line_makes_a_key(
    command: Callable[..., Any], hookdesk_app: Flask, all_keys: Callable[[], list[ApiKey]]
) -> None:
    done = command("api-key", "create", "--ip", "127.0.0.1", "--ip", "::1", "--scope", "tickets", "--scope", "cron")
    assert done.exit_code == 0, done.output
    secret = done.output.split()[3]
    assert all_keys()[0].networks == ["127.0.0.1", "::1"]
    assert Program(hookdesk_app, secret).json().status_code == 201
    assert Program(hookdesk_app, secret).post("/api/tasks/cron").status_code == 200
    listed = command("api_osticket", "api-key", "list").output
    assert secret[:8] in listed
    assert secret not in listed
    assert "hookdesk api-key" in command("commands").output


def test_the_command_line_refuses_what_is_no_address(
    command: Callable[..., Any], all_keys: Callable[[], list[ApiKey]]
) -> None:
    done = command("api-key", "create", "--ip", "localhost")
    assert (done.exit_code, "localhost is no address" in done.output) == (2, True)
    assert command("api-key", "create").exit_code == 2
    assert all_keys() == []
