"""Who is told, and who was left out: by the department, by the team, by whoever keeps the ticket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    AgentDepartment,
    Department,
    ReplyDraft,
    Team,
    TeamMember,
    Ticket,
    User,
    actors,
    participants,
    reading,
    site,
    system,
    threads,
    tickets,
    transact,
)
from hookdesk_email_out.models import Mail
from hookdesk_email_out.settings import Settings

pytestmark = pytest.mark.plugins("email_out", "storage_fs")
MakeTicket = Callable[..., Ticket]
MakeAgent = Callable[..., Actor]
Told = Callable[..., set[str]]
Store = Callable[[Callable[[Session], Any]], Any]
OWNER, ADA = "grace@example.org", "ada@helpdesk.example"


@pytest.fixture
def store(hookdesk_app: Flask) -> Store:
    """`store(work)`: what `work(session)` answers, committed."""

    def run(work: Callable[[Session], Any]) -> Any:
        with hookdesk_app.app_context():
            return transact(work)

    return run


@pytest.fixture
def told(hookdesk_app: Flask, run_jobs: Callable[..., int]) -> Told:
    """`told()`: the addresses that were promised a mail since it was last asked; `told("reply")`: one of that kind."""
    seen = 0

    def look(template: str = "") -> set[str]:
        nonlocal seen
        run_jobs("outbox")
        with hookdesk_app.app_context():
            rows = reading().all(select(Mail.id, Mail.address, Mail.template).where(Mail.id > seen))
        seen = max((row.id for row in rows), default=seen)
        return {row.address for row in rows if row.template == (template or row.template)}

    return look


def set_department(store: Store, **values: Any) -> None:
    """Set up every department so."""
    store(lambda session: session.execute(update(Department).values(**values)))


@pytest.fixture
def helper(make_agent: MakeAgent, store: Store) -> Actor:
    """Linus, at home in another department and with further access to the first one."""
    made = make_agent("linus", "Linus")

    def work(session: Session) -> None:
        elsewhere = Department(name="Elsewhere")
        session.add(elsewhere)
        session.flush()
        agent = session.get(Agent, made.agent_id)
        assert agent is not None
        session.add(AgentDepartment(agent_id=agent.id, department_id=agent.department_id, role_id=agent.role_id))
        agent.department_id = elsewhere.id

    store(work)
    return made


def write(app: Flask, ticket: Ticket, user_id: int | None = None) -> None:
    """A participant (the owner, if none is named) writes."""
    with app.app_context():
        actor = actors.requester_actor(user_id or ticket.user_id)
        assert actor is not None
        threads.post(actor, ReplyDraft(ticket_id=ticket.id, kind="message", text="And another thing"))


@pytest.mark.parametrize(
    ("alerts", "expected"),
    [("extended", {ADA, "linus@helpdesk.example"}), ("members", {ADA}), ("nobody", set())],
)
def test_a_department_says_whom_it_tells(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, helper: Actor, store: Store, told: Told,
    alerts: str, expected: set[str],
) -> None:  # fmt: skip
    make_agent()
    set_department(store, alerts=alerts)
    ticket = make_ticket()
    assert told("new_ticket_alert") == expected
    write(hookdesk_app, ticket)
    assert told("message_alert") == expected


def test_further_access_without_alerts_is_silent(
    make_agent: MakeAgent, make_ticket: MakeTicket, helper: Actor, store: Store, told: Told
) -> None:
    make_agent()
    store(lambda session: session.execute(update(AgentDepartment).values(gets_alerts=False)))
    make_ticket()
    assert told("new_ticket_alert") == {ADA}


def make_team(store: Store, ticket: Ticket, *members: Actor, silent: tuple[Actor, ...] = (), **values: Any) -> int:
    """A team with members, some of them silent."""

    def work(session: Session) -> int:
        team = Team(name="Night shift", **values)
        session.add(team)
        session.flush()
        session.add_all(
            TeamMember(team_id=team.id, agent_id=one.agent_id, gets_alerts=one not in silent) for one in members
        )
        return team.id

    return int(store(work))


def test_a_team_is_told_of_its_tickets_but_not_its_silent_members(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, store: Store, told: Told
) -> None:
    ada, alan, eve = make_agent(), make_agent("alan", "Alan"), make_agent("eve", "Eve")
    ticket = make_ticket()
    team = make_team(store, ticket, ada, alan, eve, silent=(eve,))
    told()
    with hookdesk_app.app_context():
        tickets.assign(ada, ticket.id, None, team)
    assert told("assigned_alert") == {"alan@helpdesk.example"}
    write(hookdesk_app, ticket)
    assert told("message_alert") == {ADA, "alan@helpdesk.example"}


def test_a_silent_team_is_told_of_nothing(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, store: Store, told: Told
) -> None:
    ada, alan = make_agent(), make_agent("alan", "Alan")
    ticket = make_ticket()
    team = make_team(store, ticket, alan, gets_alerts=False)
    told()
    with hookdesk_app.app_context():
        tickets.assign(ada, ticket.id, None, team)
    write(hookdesk_app, ticket)
    assert told() == set()


def test_a_muted_collaborator_gets_no_mail_until_let_in_again(
    hookdesk_app: Flask, make_agent: MakeAgent, make_ticket: MakeTicket, store: Store, told: Told
) -> None:
    ada, ticket = make_agent(), make_ticket()

    def answer() -> set[str]:
        told()
        threads.post(ada, ReplyDraft(ticket_id=ticket.id, kind="response", text="We bring water."))
        return told("reply")

    with hookdesk_app.app_context():
        participants.add_collaborator(ada, ticket.id, "alan@example.org", "Alan")
        alan = store(lambda session: session.scalar(select(User.id).where(User.name == "Alan")))
        assert answer() == {OWNER, "alan@example.org"}
        participants.mute_collaborator(ada, ticket.id, alan, is_active=False)
        assert answer() == {OWNER}
        participants.mute_collaborator(ada, ticket.id, alan, is_active=True)
        assert answer() == {OWNER, "alan@example.org"}


def test_a_department_can_leave_new_tickets_unconfirmed(make_ticket: MakeTicket, store: Store, told: Told) -> None:
    make_ticket()
    assert told("autoresponse") == {OWNER}
    set_department(store, answers_tickets=False)
    make_ticket()
    assert told("autoresponse") == set()


def test_further_messages_are_confirmed_where_site_and_department_do_that(
    hookdesk_app: Flask, make_ticket: MakeTicket, store: Store, told: Told
) -> None:
    ticket = make_ticket()
    write(hookdesk_app, ticket)
    assert told("received") == set()
    with hookdesk_app.app_context():
        site().settings.save("email_out", Settings, {"confirm_messages": True}, system())
    write(hookdesk_app, ticket)
    assert told("received") == {OWNER}
    with hookdesk_app.app_context():
        words = reading().first(select(Mail.text, Mail.auto).where(Mail.template == "received"))
    assert words is not None
    assert (ticket.number in words.text, words.auto) == (True, "auto-replied")
    set_department(store, answers_messages=False)
    write(hookdesk_app, ticket)
    assert told("received") == set()


def test_nobody_is_told_who_may_not_see_the_ticket(
    make_agent: MakeAgent, make_ticket: MakeTicket, store: Store, told: Told
) -> None:
    """A department's alert does not reach whoever sees assigned tickets alone."""
    make_agent()
    store(lambda session: session.execute(update(Agent).values(assigned_only=True)))
    make_ticket()
    assert told("new_ticket_alert") == set()
