"""Agents, departments, roles, teams, organizations and users: created, changed, deactivated, and kept where they are in use."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from hookdesk.models import (
    Agent,
    AgentDepartment,
    Department,
    Organization,
    Role,
    SignInSession,
    SystemLog,
    Team,
    TeamMember,
    Ticket,
    User,
    UserEmail,
)
from hookdesk.site import site
from hookdesk.testing import Client
from hookdesk.types.actors import Actor

pytestmark = [pytest.mark.plugins("admin", "auth_password"), pytest.mark.requires("admin", "auth_password")]

NEW_AGENT = {
    "name": "Ada Lovelace",
    "login": "Ada",
    "address": "Ada@helpdesk.example",
    "password": "correct horse battery",
    "department_id": "1",
    "role_id": "2",
    "is_active": "y",
    "locale": "",
    "timezone": "",
}
SPEAKS = {"locale": "", "timezone": ""}
PLACE = {"parent_id": "0", "manager_id": "0", "state": "active", "assignment": "all", "alerts": "extended"}
ORGANIZATION = {"sharing": "nobody", "followers": "nobody", "manager": ""}


def read(app: Flask, statement: Any) -> Any:
    """One value from the database."""
    with app.app_context(), site().db.read() as reading:
        return reading.scalar(statement)


def last_log(app: Flask) -> str:
    """The newest line of the system log."""
    return str(read(app, select(SystemLog.message).order_by(SystemLog.id.desc()).limit(1)))


def errors(page: str) -> list[str]:
    """What stands at the fields of a form that was not taken."""
    return re.findall(r'<span class="error"[^>]*>(?:<svg.*?</svg>)?(.*?)</span>', page)


def test_an_agent_is_created_with_a_password_that_works(hookdesk_app: Flask, admin_client: Client) -> None:
    answer = admin_client.submit("/admin/agents/new", NEW_AGENT)
    assert answer.status_code == 200
    assert "Ada Lovelace" in answer.get_data(as_text=True)
    assert last_log(hookdesk_app) == "Rosa Admin created the agent Ada Lovelace (ada)"
    browser = hookdesk_app.test_client()
    assert isinstance(browser, Client)
    signed_in = browser.submit("/agent/login", {"login": "ada", "password": NEW_AGENT["password"]}, follow=False)
    assert signed_in.status_code == 302
    address = select(UserEmail.address).join(Agent, Agent.user_id == UserEmail.user_id).where(Agent.login == "ada")
    assert read(hookdesk_app, address) == "ada@helpdesk.example"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"login": "root"}, "The login root is taken."),
        ({"login": "a b"}, "A login has 2 to 120 letters"),
        ({"address": "nowhere"}, "This is not an e-mail address."),
        ({"address": "root@helpdesk.example"}, "root@helpdesk.example belongs to another agent."),
        ({"department_id": "99"}, "Not a valid choice"),
        ({"role_id": "x"}, "Invalid Choice"),
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 201}, "cannot be longer than 200 characters"),
        ({"teams": "77"}, "not a valid choice"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(
    change: dict[str, str], told: str, hookdesk_app: Flask, admin_client: Client
) -> None:
    answer = admin_client.submit("/admin/agents/new", {**NEW_AGENT, **change})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert any(told.lower() in error.lower() for error in errors(page)) or told in page
    assert 'value="Ada@helpdesk.example"' in page or "address" in change  # what was typed is kept
    assert NEW_AGENT["password"] not in page
    assert read(hookdesk_app, select(func.count()).select_from(Agent)) == 1


def test_a_refused_password_leaves_a_note_and_the_agent(hookdesk_app: Flask, admin_client: Client) -> None:
    page = admin_client.submit("/admin/agents/new", {**NEW_AGENT, "password": "short"}).get_data(as_text=True)
    assert "The agent was created, but without a password" in page
    agent_id = read(hookdesk_app, select(Agent.id).where(Agent.login == "ada"))
    answer = admin_client.submit(f"/admin/agents/{agent_id}", {**NEW_AGENT, "name": "Ada Byron", "password": "short"})
    assert answer.status_code == 422
    assert read(hookdesk_app, select(Agent.name).where(Agent.id == agent_id)) == "Ada Lovelace"


def test_an_agent_gets_departments_teams_and_marks(hookdesk_app: Flask, admin_client: Client) -> None:
    admin_client.submit("/admin/departments/new", {**PLACE, "name": "Billing"})
    admin_client.submit("/admin/teams/new", {"name": "Returns", "lead_id": "0", "is_active": "y"})
    billing = read(hookdesk_app, select(Department.id).where(Department.name == "Billing"))
    team = read(hookdesk_app, select(Team.id))
    data = {**NEW_AGENT, f"extended-{billing}": "3", "extended-999": "1", "teams": str(team), "on_vacation": "y"}
    admin_client.submit("/admin/agents/new", data)
    agent = read(hookdesk_app, select(Agent).where(Agent.login == "ada"))
    assert (agent.on_vacation, agent.is_admin, agent.assigned_only) == (True, False, False)
    assert read(hookdesk_app, select(AgentDepartment.role_id).where(AgentDepartment.agent_id == agent.id)) == 3
    assert read(hookdesk_app, select(func.count()).select_from(AgentDepartment)) == 1
    page = admin_client.get(f"/admin/agents/{agent.id}").get_data(as_text=True)
    assert f'name="teams" value="{team}" checked' in page
    admin_client.submit(f"/admin/agents/{agent.id}", {**NEW_AGENT, "password": ""})
    assert read(hookdesk_app, select(func.count()).select_from(AgentDepartment)) == 0
    assert read(hookdesk_app, select(func.count()).select_from(TeamMember)) == 0
    assert (
        last_log(hookdesk_app) == "Rosa Admin changed the agent Ada Lovelace: on_vacation, extended departments, teams"
    )


def test_deactivating_an_agent_signs_them_out(hookdesk_app: Flask, admin_client: Client, agent_client: Client) -> None:
    agent = read(hookdesk_app, select(Agent).where(Agent.login == "plain"))
    data = {
        "name": agent.name,
        "login": "plain",
        "address": "plain@helpdesk.example",
        "department_id": "1",
        "role_id": "2",
        **SPEAKS,
    }
    admin_client.submit(f"/admin/agents/{agent.id}", data)
    assert read(hookdesk_app, select(Agent.is_active).where(Agent.id == agent.id)) is False
    live = select(func.count()).select_from(SignInSession).where(SignInSession.revoked_at.is_(None))
    assert read(hookdesk_app, live.where(SignInSession.user_id == agent.user_id)) == 0
    assert agent_client.get("/admin/").headers["Location"].endswith("/agent/login")
    assert "Paul Plain" not in admin_client.get("/admin/agents").get_data(as_text=True)
    assert "Paul Plain" in admin_client.get("/admin/agents?show=inactive").get_data(as_text=True)


def test_signing_an_agent_out_everywhere(hookdesk_app: Flask, admin_client: Client, agent_client: Client) -> None:
    agent_id = read(hookdesk_app, select(Agent.id).where(Agent.login == "plain"))
    admin_client.submit(f"/admin/agents/{agent_id}", to=f"/admin/agents/{agent_id}/sign-out")
    assert agent_client.get("/admin/").status_code == 302


def test_the_last_administrator_stays_one(hookdesk_app: Flask, admin_client: Client, administrator: Actor) -> None:
    data = {
        **NEW_AGENT,
        "name": "Rosa",
        "login": "root",
        "address": "root@helpdesk.example",
        "role_id": "1",
        "password": "",
    }
    del data["is_active"]
    path = f"/admin/agents/{administrator.agent_id}"
    for kept in ({"is_active": "y"}, {"is_admin": "y"}):
        answer = admin_client.submit(path, {**data, **kept})
        assert answer.status_code == 422
        assert "This is the last administrator" in answer.get_data(as_text=True)
    agent = read(hookdesk_app, select(Agent))
    assert (agent.name, agent.is_admin, agent.is_active) == ("Rosa Admin", True, True)


def test_departments_have_one_default_and_no_circles(hookdesk_app: Flask, admin_client: Client) -> None:
    plain = PLACE
    admin_client.submit("/admin/departments/new", {**plain, "name": "Billing", "parent_id": "1"})
    billing = read(hookdesk_app, select(Department.id).where(Department.name == "Billing"))
    circle = admin_client.submit(
        "/admin/departments/1", {**plain, "name": "Support", "is_default": "y", "parent_id": str(billing)}
    )
    assert circle.status_code == 422
    assert "cannot stand below itself" in circle.get_data(as_text=True)
    taken = admin_client.submit(f"/admin/departments/{billing}", {**plain, "name": "Support"})
    assert "That name is taken." in taken.get_data(as_text=True)
    lost = admin_client.submit("/admin/departments/1", {**plain, "name": "Support"})
    assert "make another department the default one" in lost.get_data(as_text=True)
    admin_client.submit(f"/admin/departments/{billing}", {**plain, "name": "Billing", "is_default": "y"})
    assert read(hookdesk_app, select(Department.id).where(Department.is_default)) == billing
    inactive = {**plain, "name": "Billing", "is_default": "y", "state": "disabled"}
    closed = admin_client.submit(f"/admin/departments/{billing}", inactive)
    assert "it has to be active" in closed.get_data(as_text=True)


def test_a_department_keeps_what_is_switched_off_meanwhile_and_says_who_works_there(
    hookdesk_app: Flask, admin_client: Client, administrator: Actor, make_agent: Callable[..., Actor]
) -> None:
    boss = make_agent("boss", "Former Boss")
    for name in ("Upper", "Lower"):
        admin_client.submit("/admin/departments/new", {**PLACE, "name": name})
    upper, lower = (
        read(hookdesk_app, select(Department.id).where(Department.name == name)) for name in ("Upper", "Lower")
    )
    above = {**PLACE, "name": "Lower", "parent_id": str(upper), "manager_id": str(boss.agent_id)}
    admin_client.submit(f"/admin/departments/{lower}", above)
    admin_client.submit(f"/admin/departments/{upper}", {**PLACE, "name": "Upper", "state": "disabled"})
    with hookdesk_app.app_context(), site().db.write() as session:
        session.execute(update(Agent).where(Agent.id == boss.agent_id).values(is_active=False))
        session.add(AgentDepartment(agent_id=administrator.agent_id, department_id=lower, role_id=1))
    page = f"/admin/departments/{lower}"
    admin_client.submit(page, {**above, "name": "Lowest"})
    kept = read(hookdesk_app, select(Department).where(Department.id == lower))
    assert (kept.name, kept.parent_id, kept.manager_id) == ("Lowest", upper, boss.agent_id)
    told = admin_client.get(page).get_data(as_text=True)
    assert f"/admin/agents/{administrator.agent_id}" in told
    assert "Further access" in told
    assert f"/admin/agents/{boss.agent_id}" not in told


def test_a_role_holds_the_chosen_permissions_and_keeps_unknown_ones(hookdesk_app: Flask, admin_client: Client) -> None:
    admin_client.submit(
        "/admin/roles/new", {"name": "Writers", "is_active": "y", "permissions": ["ticket.reply", "ticket.note"]}
    )
    role = read(hookdesk_app, select(Role).where(Role.name == "Writers"))
    assert role.permissions == ["ticket.note", "ticket.reply"]
    refused = admin_client.submit(f"/admin/roles/{role.id}", {"name": "Writers", "permissions": ["root.everything"]})
    assert refused.status_code == 422
    with hookdesk_app.app_context(), site().db.write() as session:
        session.get(Role, role.id).permissions = ["ticket.note", "gone.away"]  # type: ignore[union-attr]  # it is there
    page = admin_client.get(f"/admin/roles/{role.id}").get_data(as_text=True)
    assert "Of plugins that are switched off" in page
    admin_client.submit(f"/admin/roles/{role.id}", {"name": "Writers", "permissions": ["gone.away"]})
    assert read(hookdesk_app, select(Role.permissions).where(Role.id == role.id)) == ["gone.away"]


def test_a_team_is_led_by_a_member(hookdesk_app: Flask, admin_client: Client, administrator: Actor) -> None:
    lead = str(administrator.agent_id)
    refused = admin_client.submit("/admin/teams/new", {"name": "Night", "lead_id": lead, "is_active": "y"})
    assert "The lead has to be a member" in refused.get_data(as_text=True)
    admin_client.submit("/admin/teams/new", {"name": "Night", "lead_id": lead, "members": [lead], "is_active": "y"})
    assert read(hookdesk_app, select(Team.lead_id).where(Team.name == "Night")) == administrator.agent_id
    team = read(hookdesk_app, select(Team.id))
    admin_client.submit(f"/admin/teams/{team}", {"name": "Night", "lead_id": "0"})
    assert read(hookdesk_app, select(func.count()).select_from(TeamMember)) == 0


@pytest.mark.parametrize(
    ("path", "told"),
    [("departments/1", "1 ticket"), ("departments/1", "1 agent"), ("roles/1", "1 agent")],
)
def test_what_is_in_use_is_not_deleted(
    path: str, told: str, hookdesk_app: Flask, admin_client: Client, a_ticket: Ticket
) -> None:
    page = admin_client.get(f"/admin/{path}/delete").get_data(as_text=True)
    assert told in page
    assert 'name="confirmed"' not in page
    answer = admin_client.submit("/admin/teams/new", {"confirmed": "1"}, to=f"/admin/{path}/delete")
    assert "is in use" in answer.get_data(as_text=True)
    assert read(hookdesk_app, select(func.count()).select_from(Department)) == 1
    assert read(hookdesk_app, select(func.count()).select_from(Role)) == 3


def test_a_team_that_looks_after_an_organization_is_not_deleted(hookdesk_app: Flask, admin_client: Client) -> None:
    admin_client.submit("/admin/teams/new", {"name": "Night", "lead_id": "0", "is_active": "y"})
    team = read(hookdesk_app, select(Team.id))
    admin_client.submit("/admin/organizations/new", {**ORGANIZATION, "name": "Initech", "manager": f"team:{team}"})
    assert "1 organization" in admin_client.get(f"/admin/teams/{team}/delete").get_data(as_text=True)
    admin_client.submit("/admin/teams/new", {"confirmed": "1"}, to=f"/admin/teams/{team}/delete")
    assert read(hookdesk_app, select(Team.id)) == team


def test_what_is_not_in_use_is_asked_about_once_and_goes(hookdesk_app: Flask, admin_client: Client) -> None:
    admin_client.submit("/admin/organizations/new", {**ORGANIZATION, "name": "Alder Cycles"})
    path = f"/admin/organizations/{read(hookdesk_app, select(Organization.id))}/delete"
    assert "Delete Alder Cycles?" in admin_client.get(path).get_data(as_text=True)
    assert read(hookdesk_app, select(func.count()).select_from(Organization)) == 1
    answer = admin_client.submit(path, {"confirmed": "1"})
    assert "Alder Cycles was deleted." in answer.get_data(as_text=True)
    assert read(hookdesk_app, select(func.count()).select_from(Organization)) == 0
    assert last_log(hookdesk_app) == "Rosa Admin deleted the organization Alder Cycles"


def test_a_user_has_addresses_and_an_organization(hookdesk_app: Flask, admin_client: Client, a_ticket: Ticket) -> None:
    admin_client.submit("/admin/organizations/new", {**ORGANIZATION, "name": "Navy"})
    path = f"/admin/users/{a_ticket.user_id}"
    data = {
        "name": "Grace  Hopper",
        "addresses": "grace@navy.example\r\nGRACE@example.org\n",
        "organization": "Navy",
        "phone": "",
        **SPEAKS,
    }
    assert admin_client.submit(path, data).status_code == 200
    primary = select(UserEmail.address).where(UserEmail.user_id == a_ticket.user_id, UserEmail.is_primary)
    assert read(hookdesk_app, primary) == "grace@navy.example"
    assert read(hookdesk_app, select(User.name).where(User.id == a_ticket.user_id)) == "Grace Hopper"
    assert "grace@navy.example\ngrace@example.org" in admin_client.get(path).get_data(as_text=True)
    for change, told in (
        ({"organization": "Army"}, "There is no organization of that name"),
        ({"addresses": "nobody"}, "nobody is not an e-mail address."),
        ({"addresses": "root@helpdesk.example"}, "root@helpdesk.example belongs to somebody else."),
        ({"addresses": " "}, "A user needs an e-mail address."),
    ):
        answer = admin_client.submit(path, {**data, **change})
        assert answer.status_code == 422
        assert told in answer.get_data(as_text=True)
    assert read(hookdesk_app, primary) == "grace@navy.example"


def test_agents_are_edited_as_agents(admin_client: Client, administrator: Actor) -> None:
    answer = admin_client.get(f"/admin/users/{administrator.user_id}")
    assert answer.headers["Location"] == f"/admin/agents/{administrator.agent_id}"


def test_lists_go_on_page_by_page_and_back(hookdesk_app: Flask, admin_client: Client) -> None:
    with hookdesk_app.app_context(), site().db.write() as session:
        session.add_all(Team(name=f"Team {number:03}") for number in range(120))
    page, seen = admin_client.get("/admin/teams").get_data(as_text=True), []
    while True:
        seen += re.findall(r"Team \d{3}", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if following is None:
            break
        page = admin_client.get(following.group(1).replace("&amp;", "&")).get_data(as_text=True)
    assert seen == [f"Team {number:03}" for number in range(120)]
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None
    page = admin_client.get(back.group(1).replace("&amp;", "&")).get_data(as_text=True)
    assert re.findall(r"Team \d{3}", page) == [f"Team {number:03}" for number in range(50, 100)]


def test_names_are_escaped_and_searched_literally(hookdesk_app: Flask, admin_client: Client) -> None:
    name = "<script>alert(1)</script> 100%"
    admin_client.submit("/admin/organizations/new", {**ORGANIZATION, "name": name})
    page = admin_client.get("/admin/organizations").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 100%" in page
    assert "100%" in admin_client.get("/admin/organizations?q=100%25").get_data(as_text=True)
    assert "No organization fits" in admin_client.get("/admin/organizations?q=1_0").get_data(as_text=True)
