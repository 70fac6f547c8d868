"""A manager sees to the own departments, and to nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Agent, AgentDepartment, Department, actors, reading
from hookdesk.testing import Client

pytestmark = pytest.mark.plugins("directory", "storage_fs")
Make = Callable[..., Any]


@pytest.fixture
def manager(make_agent: Make, allow: Make, store: Make, inside: Make) -> Actor:
    """Ada, with no permission anywhere but that she manages the first department."""
    ada = allow(make_agent())

    def work(session: Session) -> None:
        agent = session.get(Agent, ada.agent_id)
        assert agent is not None
        department = session.get(Department, agent.department_id)
        assert department is not None
        department.manager_id = agent.id

    store(work)
    found: Actor = inside(lambda: actors.agent_actor(ada.agent_id or 0))
    return found


@pytest.fixture
def home(manager: Actor, inside: Make) -> int:
    """The department that Ada manages."""
    return int(inside(lambda: reading().scalar(select(Agent.department_id).where(Agent.id == manager.agent_id))))


@pytest.fixture
def browser(hookdesk_client: Client, manager: Actor) -> Client:
    """Ada's browser."""
    hookdesk_client.sign_in(manager)
    return hookdesk_client


def agent_row(inside: Make, agent_id: int | None) -> Any:
    """An agent as stored."""
    return inside(lambda: reading().first(select(*Agent.__table__.columns).where(Agent.id == agent_id)))


def put(browser: Client, department_id: int, agent_id: int | None, away: str) -> int:
    """Say that somebody is away or back; the status of the answer."""
    page = "/agent/people/departments"
    to = f"{page}/{department_id}/members/{agent_id}/vacation"
    return browser.submit(page, {"vacation": away}, to=to).status_code


def test_the_page_says_who_works_there_and_who_is_away(
    browser: Client, home: int, make_agent: Make, make_department: Make, store: Make, inside: Make
) -> None:
    bob, eve = make_agent("bob", "Bob"), make_agent("eve", "Eve Elsewhere")
    elsewhere = make_department("Elsewhere")

    def move(session: Session) -> None:
        for one in (bob, eve):
            agent = session.get(Agent, one.agent_id)
            assert agent is not None
            agent.department_id = elsewhere
        session.add(AgentDepartment(agent_id=bob.agent_id, department_id=home, role_id=agent.role_id))

    store(move)
    assert put(browser, home, bob.agent_id, "1") == 200
    tree = LexborHTMLParser(browser.get("/agent/people/departments", follow_redirects=True).data)
    told = {line.css_first("bdi").text(): line.text() for line in tree.css("tbody tr")}
    assert set(told) == {"Ada Lovelace", "Bob"}
    assert tree.css_first(".switch[aria-checked=true]") is not None
    assert "Further access" in told["Bob"]
    assert agent_row(inside, bob.agent_id).on_vacation
    put(browser, home, bob.agent_id, "0")
    assert not agent_row(inside, bob.agent_id).on_vacation


def test_a_manager_reaches_down_but_neither_up_nor_aside(
    browser: Client, manager: Actor, home: int, make_agent: Make, make_department: Make, store: Make, inside: Make
) -> None:
    below, aside = make_department("Below", parent_id=home), make_department("Aside")
    bob, eve = make_agent("bob", "Bob"), make_agent("eve", "Eve")

    def move(session: Session) -> None:
        for one, where in ((bob, below), (eve, aside)):
            agent = session.get(Agent, one.agent_id)
            assert agent is not None
            agent.department_id = where

    store(move)
    page = browser.get("/agent/people/departments").get_data(as_text=True)
    assert "Below" in page
    assert "Aside" not in page
    assert put(browser, below, bob.agent_id, "1") == 200
    assert agent_row(inside, bob.agent_id).on_vacation
    for department, agent in ((aside, eve), (home, eve), (below, eve), (aside, manager), (999, eve)):
        assert put(browser, department, agent.agent_id, "1") == 404
    assert browser.get(f"/agent/people/departments/{aside}").status_code == 404
    assert not agent_row(inside, eve.agent_id).on_vacation


def test_a_manager_cannot_make_more_of_anybody(
    browser: Client, manager: Actor, home: int, make_agent: Make, inside: Make
) -> None:
    """Whatever else is sent along: vacation changes, and nothing but that."""
    bob = make_agent("bob", "Bob")
    more = {"vacation": "1", "is_admin": "y", "role_id": "1", "permissions": "ticket.see_all", "assigned_only": "y"}
    for agent in (manager, bob):
        before = agent_row(inside, agent.agent_id)._asdict()
        to = f"/agent/people/departments/{home}/members/{agent.agent_id}/vacation"
        assert browser.submit("/agent/people/departments", more, to=to).status_code == 200
        assert agent_row(inside, agent.agent_id)._asdict() == {**before, "on_vacation": True}
    for path in ("/agent/people", "/agent/people/new", "/agent/people/organizations", "/admin/agents"):
        assert browser.get(path).status_code in (403, 404)


def test_who_manages_nothing_finds_nothing(
    hookdesk_client: Client, ada: Actor, make_agent: Make, make_department: Make, inside: Make
) -> None:
    """Every permission of the directory is none to manage a department."""
    hookdesk_client.sign_in(ada)
    board, bob = make_department("Board"), make_agent("bob", "Bob")
    home = agent_row(inside, ada.agent_id).department_id
    assert hookdesk_client.get("/agent/people/departments").status_code == 403
    assert hookdesk_client.get(f"/agent/people/departments/{board}").status_code == 404
    assert b"Your departments" not in hookdesk_client.get("/agent/people").data
    to = f"/agent/people/departments/{home}/members/{bob.agent_id}/vacation"
    assert hookdesk_client.submit("/agent/people", {"vacation": "1"}, to=to).status_code == 404
    assert not agent_row(inside, bob.agent_id).on_vacation


def test_a_manager_sees_the_way_there_and_no_other(browser: Client) -> None:
    page = browser.get("/agent/people/departments", follow_redirects=True).get_data(as_text=True)
    links = {str(one.attributes["href"]) for one in LexborHTMLParser(page).css(".rail a, .sidebar a")}
    assert {link for link in links if link.startswith("/agent/people")} == {
        "/agent/people/agents",
        "/agent/people/departments",
    }
