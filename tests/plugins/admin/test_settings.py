"""Settings: generated, checked, reset, and silent about secrets."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.models import Setting
from hookdesk.settings import MASK, CoreSettings, setting
from hookdesk.site import site
from hookdesk.testing import Client

pytestmark = [pytest.mark.plugins("admin", "auth_password"), pytest.mark.requires("admin", "auth_password")]

SECRET = "swordfish-7"
CORE = {
    "site_name": "Alder Help",
    "default_locale": "en",
    "timezone": "Europe/Berlin",
    "ticket_number_start": "10000",
    "max_files": "3",
    "max_file_bytes": "2048",
    "allowed_file_types": ".pdf\r\n.png",
    "portal_intro": "",
}


@dataclass(frozen=True)
class Keyed:
    """Settings with a secret."""

    greeting: str = setting("Hello", label="Greeting", maximum=20)
    key: str = setting("", label="Key", secret=True)
    loud: bool = setting(False, label="Loud")


@pytest.fixture
def keyed(hookdesk_app: Flask, monkeypatch: pytest.MonkeyPatch) -> type[Keyed]:
    """The passwords' plugin with these settings instead of its own."""
    with hookdesk_app.app_context():
        plugin = site().plugins.get("auth_password")
    assert plugin is not None
    monkeypatch.setattr(type(plugin), "settings_type", Keyed)
    return Keyed


def current(app: Flask) -> CoreSettings:
    with app.app_context():
        return site().settings.get("core", CoreSettings)


def test_core_settings_are_saved_and_hold_at_once(hookdesk_app: Flask, admin_client: Client) -> None:
    page = admin_client.submit("/admin/settings", CORE).get_data(as_text=True)
    assert "Saved." in page
    assert "<title>Settings · Alder Help</title>" in page
    saved = current(hookdesk_app)
    assert (saved.max_files, saved.max_file_bytes, tuple(saved.allowed_file_types)) == (3, 2048, (".pdf", ".png"))
    assert saved.default_theme == "default"  # it has a page of its own, and is kept


def test_what_does_not_fit_is_told_and_nothing_is_saved(hookdesk_app: Flask, admin_client: Client) -> None:
    answer = admin_client.submit("/admin/settings", {**CORE, "max_files": "many", "site_name": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "This is not a number." in page
    assert "This is too short." in page
    assert 'value="many"' in page  # what was typed is kept
    assert current(hookdesk_app).site_name == "Hookdesk"


def test_a_setting_goes_back_to_its_default(hookdesk_app: Flask, admin_client: Client) -> None:
    admin_client.submit("/admin/settings", CORE)
    admin_client.submit("/admin/settings", {"name": "max_files"}, to="/admin/settings/core/reset")
    assert current(hookdesk_app).max_files == 10
    assert current(hookdesk_app).site_name == "Alder Help"
    unknown = admin_client.submit("/admin/settings", {"name": "nothing"}, to="/admin/settings/core/reset")
    assert unknown.status_code == 404


def test_a_secret_is_never_shown(hookdesk_app: Flask, admin_client: Client, keyed: type[Keyed]) -> None:
    path = "/admin/settings/auth_password"
    page = admin_client.submit(path, {"greeting": "Hi", "key": SECRET}).get_data(as_text=True)
    assert SECRET not in page
    assert f'value="{MASK}"' in page
    with hookdesk_app.app_context(), site().db.read() as reading:
        stored = reading.scalar(select(Setting.values).where(Setting.scope == "auth_password"))
        assert SECRET not in str(stored)
        assert site().settings.get("auth_password", keyed).key == SECRET
    admin_client.submit(path, {"greeting": "Hi", "key": MASK, "loud": "y"})  # sent back unchanged
    with hookdesk_app.app_context():
        assert site().settings.get("auth_password", keyed) == Keyed("Hi", SECRET, True)
    wrong = admin_client.submit(path, {"greeting": "x" * 21, "key": "another-one"}).get_data(as_text=True)
    assert "another-one" not in wrong
    assert "Not saved yet: type it again." in wrong
    admin_client.submit(path, {"greeting": "Hi", "key": "$env:HOME_OF_KEYS"})
    assert "$env:HOME_OF_KEYS" in admin_client.get(path).get_data(as_text=True)


def test_settings_are_found_by_a_word(admin_client: Client) -> None:
    answer = admin_client.get("/admin/find?q=zone")
    assert answer.headers["Location"] == "/admin/settings#timezone"
    page = admin_client.get("/admin/find?q=nothing+has+this").get_data(as_text=True)
    assert "Nothing contains that" in page


def test_a_theme_is_switched_for_the_next_page(hookdesk_app: Flask, admin_client: Client) -> None:
    assert "contrast/tokens.css" not in admin_client.get("/admin/themes").get_data(as_text=True)
    page = admin_client.submit("/admin/themes", {"theme": "contrast"}).get_data(as_text=True)
    assert "contrast/tokens.css" in page
    assert "Child of Hookdesk" in page
    assert admin_client.submit("/admin/themes", {"theme": "../../etc"}).status_code == 404
    assert current(hookdesk_app).default_theme == "contrast"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("10.0.0.0/8\n127.0.0.1", ""),
        ("127.0.0.0/8", ""),
        ("::1\n127.0.0.1/32", ""),
        ("the office", "This is no address and no network: the office"),
        ("10.0.0.0/99", "This is no address and no network: 10.0.0.0/99"),
        ("192.0.2.0/24", "You come from 127.0.0.1"),
    ],
)
def test_networks_are_readable_and_leave_the_administrator_in(
    lines: str, told: str, hookdesk_app: Flask, admin_client: Client
) -> None:
    answer = admin_client.submit("/admin/settings", {**CORE, "agent_networks": lines})
    assert answer.status_code == (422 if told else 200)
    assert told in answer.get_data(as_text=True)
    with hookdesk_app.app_context():
        kept = site().settings.get("core", CoreSettings).agent_networks
    assert kept == (() if told else tuple(lines.splitlines()))
    assert admin_client.get("/admin/").status_code == 200
