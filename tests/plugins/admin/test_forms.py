"""What a form shows is stored, and what it does not show stays as it was."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.models import Agent, AgentDepartment, Department, Organization, Role, Team, TeamMember, Ticket, User
from hookdesk.services import organizations
from hookdesk.site import site
from hookdesk.testing import Client
from hookdesk.types.actors import Actor

pytestmark = [pytest.mark.plugins("admin", "auth_password"), pytest.mark.requires("admin", "auth_password")]


def row(app: Flask, model: Any, row_id: int) -> Any:
    """A row as it is stored."""
    with app.app_context(), site().db.read() as reading:
        return reading.scalars(select(model).where(model.id == row_id)).one()


def put(app: Flask, model: Any, row_id: int, **values: Any) -> None:
    """Set columns of a row."""
    with app.app_context(), site().db.write() as session:
        found = session.get(model, row_id)
        for name, value in values.items():
            setattr(found, name, value)


def shown(page: str) -> dict[str, Any]:
    """What a browser would send of a page's form, unchanged."""
    sent: dict[str, Any] = {}
    form = page[page.index('id="edit"') : page.index("</form>", page.index('id="edit"'))]
    for tag in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" not in found or (found.get("type") == "checkbox" and " checked" not in tag):
            continue
        sent.setdefault(found["name"], []).append(found.get("value", "on"))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [text.strip()]
    for tag, options in re.findall(r"<select([^>]*)>(.*?)</select>", form, re.DOTALL):
        name = re.search(r'name="([^"]+)"', tag)
        chosen = re.search(r'<option selected[^>]*value="([^"]*)"|<option value="([^"]*)" selected', options)
        first = re.search(r'value="([^"]*)"', options)
        if name and first:
            sent[name.group(1)] = [
                next(part for part in chosen.groups() if part is not None) if chosen else first.group(1)
            ]
    return sent


def save_unchanged(client: Client, path: str, **changes: Any) -> None:
    """Open a page and send its form back as it is, but for some fields."""
    data = shown(client.get(path).get_data(as_text=True))
    answer = client.submit(path, {**data, **changes})
    assert answer.status_code == 200, answer.get_data(as_text=True)


AGENT = {
    "role_falls_back": False, "is_visible": False, "must_change_password": True, "permissions": ["gone.away", "user.ban"], "phone": "7",
    "notes": "Left-handed", "locale": "de", "timezone": "Europe/Berlin", "signature": "A.", "on_vacation": True, "assigned_only": True,
}  # fmt: skip


def test_an_agents_page_keeps_all_that_an_agent_has(
    hookdesk_app: Flask, admin_client: Client, agent_client: Client
) -> None:
    agent_id = _agent_id(hookdesk_app)
    put(hookdesk_app, Agent, agent_id, **AGENT)
    path = f"/admin/agents/{agent_id}"
    save_unchanged(admin_client, path, name="Paula Plain")
    agent = row(hookdesk_app, Agent, agent_id)
    assert agent.name == "Paula Plain"
    assert {name: getattr(agent, name) for name in AGENT} == AGENT
    save_unchanged(admin_client, path, permissions=["user.ban", "ticket.see_all"], phone="8", role_falls_back="y")
    agent = row(hookdesk_app, Agent, agent_id)
    assert (agent.permissions, agent.phone, agent.role_falls_back) == (["ticket.see_all", "user.ban"], "8", True)


def test_without_a_keeper_of_passwords_the_duty_to_change_one_stays(
    hookdesk_app: Flask, admin_client: Client, agent_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent_id = _agent_id(hookdesk_app)
    put(hookdesk_app, Agent, agent_id, must_change_password=True)
    with hookdesk_app.app_context():
        monkeypatch.setattr(site().hooks, "implementations", lambda name: [])
    save_unchanged(admin_client, f"/admin/agents/{agent_id}", phone="9")
    agent = row(hookdesk_app, Agent, agent_id)
    assert (agent.must_change_password, agent.phone) == (True, "9")


def test_alerts_of_further_departments_are_chosen_one_by_one(
    hookdesk_app: Flask, admin_client: Client, agent_client: Client
) -> None:
    agent_id = _agent_id(hookdesk_app)
    with hookdesk_app.app_context(), site().db.write() as session:
        session.add_all([Department(id=8, name="Billing"), Department(id=9, name="Returns")])
    path = f"/admin/agents/{agent_id}"
    save_unchanged(admin_client, path, **{"extended-8": "2", "extended-9": "2", "alerts": ["8"]})
    held = select(AgentDepartment.department_id, AgentDepartment.gets_alerts).order_by(AgentDepartment.department_id)
    for _again in range(2):
        with hookdesk_app.app_context(), site().db.read() as reading:
            assert [tuple(found) for found in reading.all(held)] == [(8, True), (9, False)]
        save_unchanged(admin_client, path)


PLACE = {
    "assignment": "primary", "claims_on_reply": False, "keeps_assignee_on_reopen": False, "answers_tickets": False,
    "answers_messages": False, "alerts": "nobody", "mail_account_ref": "mail:1", "template_ref": "t:1", "sla_ref": "sla:1",
    "schedule_ref": "s:1", "is_public": False, "replies_by_mail": True, "signature": "S.",
}  # fmt: skip


def test_a_departments_page_keeps_all_that_it_has(hookdesk_app: Flask, admin_client: Client) -> None:
    put(hookdesk_app, Department, 1, **PLACE)
    save_unchanged(admin_client, "/admin/departments/1", name="Help")
    department = row(hookdesk_app, Department, 1)
    assert (department.name, department.is_default) == ("Help", True)
    assert {name: getattr(department, name) for name in PLACE} == PLACE


@pytest.mark.parametrize(
    ("state", "is_active", "is_archived"),
    [("active", True, False), ("disabled", False, False), ("archived", False, True)],
)
def test_a_departments_state_is_one_of_three(
    state: str, is_active: bool, is_archived: bool, hookdesk_app: Flask, admin_client: Client
) -> None:
    with hookdesk_app.app_context(), site().db.write() as session:
        session.add(Department(id=8, name="Billing"))
    for _again in range(2):
        save_unchanged(admin_client, "/admin/departments/8", state=state)
        department = row(hookdesk_app, Department, 8)
        assert (department.is_active, department.is_archived) == (is_active, is_archived)
        save_unchanged(admin_client, "/admin/departments/8")


def test_a_role_and_a_team_keep_what_they_have(
    hookdesk_app: Flask, admin_client: Client, administrator: Actor, agent_client: Client
) -> None:
    put(hookdesk_app, Role, 2, notes="For most")
    save_unchanged(admin_client, "/admin/roles/2", name="Most")
    role = row(hookdesk_app, Role, 2)
    assert (role.name, role.notes) == ("Most", "For most")
    assert "ticket.reply" in role.permissions
    other = _agent_id(hookdesk_app)
    with hookdesk_app.app_context(), site().db.write() as session:
        session.add(Team(id=5, name="Night", gets_alerts=False, notes="From ten", lead_id=other))
        session.flush()
        session.add(TeamMember(team_id=5, agent_id=administrator.agent_id))
        session.add(TeamMember(team_id=5, agent_id=other, gets_alerts=False))
    save_unchanged(admin_client, "/admin/teams/5", name="Late")
    team = row(hookdesk_app, Team, 5)
    assert (team.name, team.gets_alerts, team.notes, team.lead_id) == ("Late", False, "From ten", other)
    members = select(TeamMember.agent_id).where(TeamMember.team_id == 5, TeamMember.gets_alerts)
    with hookdesk_app.app_context(), site().db.read() as reading:
        assert list(reading.scalars(members)) == [administrator.agent_id]


def test_an_organization_shares_and_has_a_manager(
    hookdesk_app: Flask, admin_client: Client, administrator: Actor, a_ticket: Ticket
) -> None:
    empty = {"sharing": "nobody", "followers": "nobody", "manager": ""}
    data = {
        "name": "Navy", "domains": "navy.example\r\n.sea.example", "sharing": "primary", "contacts_share": "y",
        "followers": "everybody", "manager": f"agent:{administrator.agent_id}", "assigns_manager": "y",
    }  # fmt: skip
    admin_client.submit("/admin/organizations/new", data)
    with hookdesk_app.app_context(), site().db.read() as reading:
        found = reading.scalars(select(Organization.id)).one()
    path = f"/admin/organizations/{found}"
    save_unchanged(admin_client, path)
    navy = row(hookdesk_app, Organization, found)
    assert (navy.sharing, navy.contacts_share, navy.followers) == ("primary", True, "everybody")
    assert (navy.manager_agent_id, navy.manager_team_id, navy.assigns_manager) == (administrator.agent_id, None, True)
    with hookdesk_app.app_context():
        assert organizations.domains_of(found) == ["navy.example", ".sea.example"]
    refused = admin_client.submit("/admin/organizations/new", {**empty, "name": "Army", "domains": "navy.example"})
    assert "navy.example belongs to another organization." in refused.get_data(as_text=True)
    put(hookdesk_app, User, a_ticket.user_id, organization_id=found, is_primary_contact=True)
    page = admin_client.get(path).get_data(as_text=True)
    assert "Grace Hopper" in page
    assert "Primary contact" in page
    listed = admin_client.get(f"/admin/users?organization={found}").get_data(as_text=True)
    assert "Grace Hopper" in listed
    assert f'/admin/users/{administrator.user_id}"' not in listed


PERSON = {"locale": "de", "timezone": "Europe/Berlin", "notes": "Likes tea", "phone": "7", "is_banned": True}


def test_a_users_page_keeps_all_that_a_user_has(hookdesk_app: Flask, admin_client: Client, a_ticket: Ticket) -> None:
    admin_client.submit(
        "/admin/organizations/new", {"name": "Navy", "sharing": "nobody", "followers": "nobody", "manager": ""}
    )
    path = f"/admin/users/{a_ticket.user_id}"
    save_unchanged(admin_client, path, organization="Navy", is_primary_contact="y")
    put(hookdesk_app, User, a_ticket.user_id, **PERSON)
    save_unchanged(admin_client, path, name="Grace H.")
    user = row(hookdesk_app, User, a_ticket.user_id)
    assert (user.name, user.is_primary_contact, user.organization_id is None) == ("Grace H.", True, False)
    assert {name: getattr(user, name) for name in PERSON} == PERSON


def _agent_id(app: Flask) -> int:
    """The plain agent."""
    with app.app_context(), site().db.read() as reading:
        return int(reading.scalars(select(Agent.id).where(Agent.login == "plain")).one())
