"""Every page answers administrators, and nobody else; none asks the database more than it may."""

from __future__ import annotations

import pytest
from flask import Flask

from hookdesk.models import Ticket
from hookdesk.testing import Client
from tests.queries import counted

pytestmark = [pytest.mark.plugins("admin", "auth_password"), pytest.mark.requires("admin")]

PAGES = (
    "/admin/",
    "/admin/agents",
    "/admin/agents?show=all&q=ro",
    "/admin/agents/new",
    "/admin/agents/1",
    "/admin/departments",
    "/admin/departments/new",
    "/admin/departments/1",
    "/admin/departments/1/delete",
    "/admin/roles",
    "/admin/roles/new",
    "/admin/roles/1",
    "/admin/teams",
    "/admin/teams/new",
    "/admin/organizations",
    "/admin/organizations/new",
    "/admin/users",
    "/admin/users?q=%25_x&show=banned",
    "/admin/users/new",
    "/admin/settings",
    "/admin/plugins",
    "/admin/plugins?q=hook&show=on",
    "/admin/plugins/admin",
    "/admin/plugins/order",
    "/admin/plugins/why/purge",
    "/admin/themes",
    "/admin/health",
    "/admin/jobs",
    "/admin/deliveries",
    "/admin/deliveries?show=waiting",
    "/admin/intake",
    "/admin/intake?outcome=ticket&channel=portal",
    "/admin/intake/1",
    "/admin/log",
    "/admin/log?level=warning",
    "/admin/find?q=a",
)
MOST_QUERIES = 12


def test_every_page_answers_an_administrator_with_few_queries(
    hookdesk_app: Flask, admin_client: Client, a_ticket: Ticket
) -> None:
    assert admin_client.get("/admin/").status_code == 200  # what every process reads once
    for path in PAGES:
        with counted(hookdesk_app) as statements:
            answer = admin_client.get(path)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200, f"{path}: {page}"
        assert "<h1>" in page, path
        asked = [statement for statement in statements if not statement.startswith(("BEGIN", "PRAGMA"))]
        assert len(asked) <= MOST_QUERIES, f"{path}:\n" + "\n".join(asked)


def test_no_page_answers_a_plain_agent_or_a_stranger(
    hookdesk_app: Flask, agent_client: Client, a_ticket: Ticket
) -> None:
    for path in PAGES:
        assert agent_client.get(path).status_code == 403, path
        anonymous = hookdesk_app.test_client().get(path)
        assert (anonymous.status_code, anonymous.headers["Location"]) == (302, "/agent/login"), path


def test_cursors_that_nobody_gave_out_do_no_harm(admin_client: Client) -> None:
    for page in ("agents", "departments", "roles", "teams", "organizations", "users", "intake", "log"):
        for cursor in ("before=-1", "after=99999999999999999999999", "before=x", "after=4711", "before=0"):
            assert admin_client.get(f"/admin/{page}?{cursor}").status_code == 200, (page, cursor)


def test_what_is_not_there_is_404(admin_client: Client) -> None:
    for path in (
        "agents/999",
        "departments/999",
        "roles/999",
        "teams/999",
        "users/999",
        "intake/999",
        "plugins/nobody",
        "settings/nobody",
    ):
        assert admin_client.get(f"/admin/{path}").status_code == 404


def test_no_page_has_a_form_without_a_token(admin_client: Client, a_ticket: Ticket) -> None:
    for path in PAGES:
        page = admin_client.get(path).get_data(as_text=True)
        posting = page.count('method="post"')
        assert page.count('name="csrf_token"') >= posting


def test_the_section_of_a_page_is_marked_in_the_sidebar(admin_client: Client) -> None:
    page = admin_client.get("/admin/departments/1").get_data(as_text=True)
    assert '<a href="/admin/departments" aria-current="page">' in page
