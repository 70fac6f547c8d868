"""The panel on PostgreSQL: every page, and what writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.models import Agent, Department, Ticket
from hookdesk.site import site
from hookdesk.testing import Client
from hookdesk.testing.instances import SECRET, end, prepare
from tests.plugins.admin.test_pages import PAGES
from tests.plugins.admin.test_people import NEW_AGENT, PLACE

pytestmark = [pytest.mark.postgres, pytest.mark.requires("admin", "auth_password", "topics")]


@pytest.fixture
def hookdesk_app(fresh_postgres_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The site of this module's tests stands on PostgreSQL."""
    config = Config(instance=tmp_path, database_url=fresh_postgres_url, secret_key=SECRET, testing=True)
    prepare(config, discover(), ["admin", "auth_password", "topics"])
    app = create_app(config)
    app.test_client_class = Client
    yield app
    end(app)


def test_every_page_and_the_forms(hookdesk_app: Flask, admin_client: Client, a_ticket: Ticket) -> None:
    for path in (*PAGES, "/admin/plugins/topics"):
        assert admin_client.get(path).status_code == 200, path
    for page in ("agents", "departments", "users", "intake", "log"):
        for cursor in ("before=1", "after=1", "after=4711"):
            assert admin_client.get(f"/admin/{page}?{cursor}").status_code == 200, (page, cursor)
    assert admin_client.submit("/admin/agents/new", {**NEW_AGENT, "name": "Ada\0Lovelace"}).status_code == 200
    department = {**PLACE, "name": "Billing", "parent_id": "1", "is_default": "y"}
    assert admin_client.submit("/admin/departments/new", department).status_code == 200
    with hookdesk_app.app_context(), site().db.read() as reading:
        assert reading.scalar(select(Agent.name).where(Agent.login == "ada")) == "Ada Lovelace"
        assert reading.scalar(select(Department.name).where(Department.is_default)) == "Billing"


def test_a_plugin_goes_off_and_its_tables_with_a_purge(hookdesk_app: Flask, admin_client: Client) -> None:
    off = admin_client.submit("/admin/plugins", {"enabled": "0"}, to="/admin/plugins/topics/switch")
    assert "Help topics is off." in off.get_data(as_text=True)
    gone = admin_client.submit("/admin/plugins/topics/purge", {"confirmed": "1"})
    assert "All that Help topics had kept is gone." in gone.get_data(as_text=True)
