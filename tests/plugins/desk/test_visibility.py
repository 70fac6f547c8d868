"""What the menus offer: departments and agents that this agent may know of, and nothing is taken that was not offered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Agent, AgentDepartment, Department, Ticket, transact
from hookdesk.testing.instances import Client

pytestmark = pytest.mark.plugins("desk")
Inside = Callable[..., Any]
MakeAgent = Callable[..., Actor]
MakeTicket = Callable[..., Ticket]
SELF, COLLEAGUE, FURTHER, MANAGER, STRANGER, HIDDEN = (
    "Ada Lovelace", "Colleague", "Works here too", "Manager", "Stranger", "Hidden",
)  # fmt: skip


@pytest.fixture
def company(make_agent: MakeAgent, ada: Actor, inside: Inside) -> None:
    """Ada's department and one elsewhere, with agents who have to do with either."""
    named = {
        name: make_agent(f"a{place}", name)
        for place, name in enumerate((COLLEAGUE, FURTHER, MANAGER, STRANGER, HIDDEN))
    }

    def work(session: Session) -> None:
        here = session.scalars(select(Department)).one()
        far = Department(name="Personnel")
        session.add(far)
        session.flush()
        for name in (FURTHER, MANAGER, STRANGER, HIDDEN):
            agent = session.get_one(Agent, named[name].agent_id)
            agent.department_id = far.id
            agent.is_visible = name != HIDDEN
        here.manager_id = named[MANAGER].agent_id
        role_id = session.get_one(Agent, ada.agent_id).role_id
        session.add(AgentDepartment(agent_id=named[FURTHER].agent_id, department_id=here.id, role_id=role_id))

    inside(lambda: transact(work))


def hold(inside: Inside, actor: Actor, *permissions: str, is_admin: bool = False) -> None:
    """Let an agent hold these permissions everywhere, and no others."""

    def work(session: Session) -> None:
        agent = session.get_one(Agent, actor.agent_id)
        agent.permissions, agent.is_admin = list(permissions), is_admin

    inside(lambda: transact(work))


def offered(desk: Client, path: str, name: str) -> set[str]:
    """The words of a menu."""
    tree = LexborHTMLParser(desk.get(path).data)
    return {node.text(strip=True) for node in tree.css(f'select[name="{name}"] option')}


@pytest.mark.parametrize(
    ("permissions", "is_admin", "agents", "departments"),
    [
        ((), False, {COLLEAGUE, FURTHER, MANAGER}, {"Support"}),
        (("department.see_all",), False, {COLLEAGUE, FURTHER, MANAGER}, {"Support", "Personnel"}),
        (("agent.see_all",), False, {COLLEAGUE, FURTHER, MANAGER, STRANGER}, {"Support"}),
        ((), True, {COLLEAGUE, FURTHER, MANAGER, STRANGER, HIDDEN}, {"Support", "Personnel"}),
    ],
)
@pytest.mark.usefixtures("company")
def test_menus_offer_what_one_may_know_of(
    desk: Client,
    ada: Actor,
    inside: Inside,
    make_ticket: MakeTicket,
    permissions: tuple[str, ...],
    is_admin: bool,
    agents: set[str],
    departments: set[str],
) -> None:
    """Colleagues always; agents and departments elsewhere with the permission; who is hidden, for administrators alone."""
    path = f"/agent/tickets/{make_ticket().number}"
    hold(inside, ada, *permissions, is_admin=is_admin)
    assert offered(desk, path, "assignee") == {"Nobody", SELF, *agents}
    assert offered(desk, path, "department") == departments


@pytest.mark.usefixtures("company")
def test_what_was_not_offered_is_not_taken(
    desk: Client, ada: Actor, inside: Inside, make_ticket: MakeTicket, stored: Callable[[str], Any]
) -> None:
    """With the same words for what is hidden and for what is not there, so that nobody learns by trying; what is set already may stay."""
    number = make_ticket().number
    before = stored(number)
    hold(inside, ada)

    def ids(session: Session) -> dict[str, int]:
        names = [(row.name, row.id) for row in session.execute(select(Agent.name, Agent.id))]
        return dict([*names, *((row.name, row.id) for row in session.execute(select(Department.name, Department.id)))])

    known = inside(lambda: transact(ids))

    for what, field, hidden, words in (
        ("assign", "assignee", STRANGER, "That agent or team does not work here any more."),
        ("transfer", "department", "Personnel", "That department does not take tickets."),
    ):
        for value in (known[hidden], 999_999):
            page = desk.submit(f"/agent/tickets/{number}", {field: value}, to=f"/agent/tickets/{number}/{what}")
            assert f"Nothing was changed: {words}" in page.text
            assert hidden not in page.text
    after = stored(number)
    assert (after.assignee_id, after.department_id) == (before.assignee_id, before.department_id)
    desk.submit(f"/agent/tickets/{number}", {"assignee": str(known[MANAGER])}, to=f"/agent/tickets/{number}/assign")
    assert stored(number).assignee_id == known[MANAGER]
