"""Agents are people, too: of those elsewhere, and of hidden ones, the directory tells no more than of somebody who is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Agent, Organization, User
from hookdesk.testing import Client

pytestmark = pytest.mark.plugins("directory", "storage_fs", "people", "accounts")
HOLDS = ("user.directory", "user.edit", "user.ban", "user.delete", "user.manage")
COLLEAGUE, FAR, HIDDEN = "Colleague", "Far away", "Hidden"


@pytest.fixture
def others(
    ada: Actor, make_agent: Callable[..., Actor], make_department: Callable[..., int], store: Callable[..., Any]
) -> dict[str, int]:
    """A colleague, somebody of another department, somebody there who is hidden, all in one organization: name → user id."""
    far_id = make_department("Personnel")
    found = {name: make_agent(f"a{place}", name) for place, name in enumerate((COLLEAGUE, FAR, HIDDEN))}

    def work(session: Session) -> None:
        session.add(Organization(id=1, name="Ourselves", created_at=session.get_one(User, ada.user_id).created_at))
        session.flush()
        for name, actor in found.items():
            agent = session.get_one(Agent, actor.agent_id)
            agent.is_visible = name != HIDDEN
            if name != COLLEAGUE:
                agent.department_id = far_id
            session.get_one(User, actor.user_id).organization_id = 1

    store(work)
    return {name: actor.user_id or 0 for name, actor in found.items()}


def told(client: Client, path: str) -> set[str]:
    """Who of them a page names."""
    page = client.get(path)
    assert page.status_code == 200
    return {name for name in (COLLEAGUE, FAR, HIDDEN) if name in page.text}


@pytest.mark.parametrize(
    ("permissions", "known"),
    [((), {COLLEAGUE}), (("agent.see_all",), {COLLEAGUE, FAR})],
)
def test_lists_and_pages_tell_of_those_whom_one_may_know(
    browser: Client, ada: Actor, allow: Callable[..., Actor], others: dict[str, int], permissions: tuple[str, ...],
    known: set[str],
) -> None:  # fmt: skip
    allow(ada, *HOLDS, *permissions)
    assert told(browser, "/agent/people") == known
    assert told(browser, "/agent/people/organizations/1") == known
    for name, user_id in others.items():
        for path in (f"/agent/people/{user_id}", f"/agent/people/{user_id}/edit"):
            assert browser.get(path).status_code == (200 if name in known else 404), path
            assert name in known or name not in browser.get(path).text


def test_an_account_manager_is_named_to_those_who_may_know_of_them(
    browser: Client, ada: Actor, allow: Callable[..., Actor], others: dict[str, int], store: Callable[..., Any]
) -> None:
    """Their place is kept all the same when somebody else changes the organization."""

    def manage(session: Session, name: str = FAR) -> int:
        agent_id = session.scalar(select(Agent.id).where(Agent.user_id == others[name]))
        session.get_one(Organization, 1).manager_agent_id = agent_id
        session.execute(update(User).where(User.id == others[name]).values(organization_id=None))
        return int(agent_id or 0)

    agent_id = store(manage)
    allow(ada, *HOLDS, "organization.edit")
    for path in ("/agent/people/organizations/1", "/agent/people/organizations/1/edit"):
        assert told(browser, path) <= {COLLEAGUE}
    browser.post(
        "/agent/people/organizations/1/edit",
        data={
            "name": "Us",
            "sharing": "nobody",
            "followers": "nobody",
            "manager_agent_id": agent_id,
            "manager_team_id": 0,
        },
    )
    assert store(lambda session: session.get_one(Organization, 1).manager_agent_id) == agent_id
    allow(ada, *HOLDS, "organization.edit", "agent.see_all")
    assert FAR in told(browser, "/agent/people/organizations/1")


def test_administrators_know_everybody(
    browser: Client, ada: Actor, store: Callable[..., Any], others: dict[str, int]
) -> None:
    store(lambda session: setattr(session.get_one(Agent, ada.agent_id), "is_admin", True))
    assert told(browser, "/agent/people") == {COLLEAGUE, FAR, HIDDEN}
    assert browser.get(f"/agent/people/{others[HIDDEN]}").status_code == 200


@pytest.mark.parametrize(
    "act",
    [
        "people/{}/edit", "people/{}/ban", "users/{}/ban", "users/{}/delete", "accounts/{}/link", "accounts/{}/confirm",
        "accounts/{}/lock", "accounts/{}/unlock",
    ],
)  # fmt: skip
def test_what_is_sent_about_them_is_answered_as_for_nobody(
    browser: Client, ada: Actor, allow: Callable[..., Actor], others: dict[str, int], act: str
) -> None:
    """The same words byte for byte, whoever is behind the number."""
    allow(ada, *HOLDS)
    given = {"name": "Mine now", "addresses": "mine@example.org", "banned": "1"}
    answers = [
        browser.submit("/agent/profile", given, to=f"/agent/{act.format(user_id)}")
        for user_id in (others[FAR], 999_999)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [re.sub(r'(value|content|nonce)="[^"]*"', "", answer.text) for answer in answers]
    assert bodies[0].replace(str(others[FAR]), "999999") == bodies[1].replace(str(others[FAR]), "999999")


def test_who_asked_something_in_sight_is_known_by_that(
    browser: Client, ada: Actor, allow: Callable[..., Actor], others: dict[str, int], make_ticket: Callable[..., Any]
) -> None:
    """An agent elsewhere who is a requester here: their ticket names them, and leads to their page."""
    allow(ada, *HOLDS)
    ticket = make_ticket(email="a1@helpdesk.example")
    assert f"/agent/people/{others[FAR]}" in browser.get(f"/agent/tickets/{ticket.number}").text
    assert browser.get(f"/agent/people/{others[FAR]}").status_code == 200
