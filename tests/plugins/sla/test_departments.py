"""A department's own plan and hours."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import Department, reading, transact
from hookdesk.testing import Client
from hookdesk_sla import rules
from hookdesk_sla.models import Plan

pytestmark = pytest.mark.plugins("sla", "calendars", "admin", "directory")


def refs(app: Flask) -> tuple[str, str]:
    """Plan and schedule of the first department."""
    with app.app_context():
        row = reading().first(select(Department.sla_ref, Department.schedule_ref).order_by(Department.id).limit(1))
        assert row is not None
        return row.sla_ref, row.schedule_ref


@pytest.fixture
def gold(hookdesk_app: Flask) -> str:
    """A second plan."""
    with hookdesk_app.app_context():
        plan = Plan(name="Gold", targets={rules.FIRST: {"": 15}}, steps=[])
        transact(lambda session: session.add(plan))
        return next(ref for ref, rule in rules.every().items() if rule.name == "Gold")


def test_an_administrator_chooses_both_on_the_departments_page(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Any, make_ticket: Any, gold: str
) -> None:
    hookdesk_client.sign_in(make_agent("root", is_admin=True))
    page = "/admin/departments/1"
    assert "Gold" in hookdesk_client.get(page).text
    given = {"sla": gold, "schedule": "calendars:2"}
    assert "Saved." in hookdesk_client.submit(page, given, to="/agent/sla/departments/1").text
    assert refs(hookdesk_app) == (gold, "calendars:2")
    assert make_ticket().sla_ref == gold
    answer = hookdesk_client.submit(page, {"sla": "sla:99"}, to="/agent/sla/departments/1")
    assert "Nothing was changed: Choose one of the list." in answer.text
    assert refs(hookdesk_app) == (gold, "calendars:2")


def test_a_manager_chooses_the_plan_and_nobody_else_does(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Any, gold: str
) -> None:
    ada = make_agent("ada")
    hookdesk_client.sign_in(ada)
    assert hookdesk_client.submit("/agent/", {"sla": gold}, to="/agent/sla/departments/1").status_code == 404
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Department).values(manager_id=ada.agent_id)))
    page = "/agent/people/departments/1"
    assert "Working hours" not in hookdesk_client.get(page).text
    hookdesk_client.submit(page, {"sla": gold}, to="/agent/sla/departments/1")
    assert refs(hookdesk_app) == (gold, "")
    refused = hookdesk_client.submit(page, {"sla": "", "schedule": "calendars:2"}, to="/agent/sla/departments/1")
    assert refused.status_code == 403
    assert refs(hookdesk_app) == (gold, "")
