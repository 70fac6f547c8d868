"""The guard of tasks against a small model of who sees what, over made-up agents and tasks."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product

import pytest
from sqlalchemy import select

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    ActorKind,
    Department,
    Forbidden,
    NotFound,
    Referral,
    Team,
    Ticket,
    clock,
    reading,
    release,
    system,
    transact,
)
from hookdesk_tasks import guard
from hookdesk_tasks.models import Task

pytestmark = [pytest.mark.plugins("tasks"), pytest.mark.usefixtures("inside")]
EDITS = frozenset({"task.edit"})


def sees_ticket(actor: Actor, ticket: Ticket, referred: set[tuple[int, int]]) -> bool:
    """The rules of tickets, as docs/security.md has them."""
    if actor.may("ticket.see_all") and not actor.assigned_only:
        return True
    if ticket.assignee_id == actor.agent_id or ticket.team_id in actor.teams or (ticket.id, actor.agent_id) in referred:
        return True
    return not actor.assigned_only and ticket.department_id in actor.departments


def sees(actor: Actor, task: Task, ticket: Ticket | None, referred: set[tuple[int, int]]) -> bool:
    """The rules of tasks."""
    if ticket is not None and ticket.state == "deleted":
        return False
    if actor.is_system or (actor.may("ticket.see_all") and not actor.assigned_only):
        return True
    if task.assignee_id == actor.agent_id or task.team_id in actor.teams:
        return True
    if not actor.assigned_only and task.department_id in actor.departments:
        return True
    return ticket is not None and sees_ticket(actor, ticket, referred)


def test_the_guard_says_what_the_model_says(
    make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    chance = random.Random(5)
    agents = [make_agent(f"agent{place}", f"Agent {place}").agent_id or 0 for place in range(3)]
    made = [make_ticket(subject=f"Ticket {place}").id for place in range(4)]
    places, teams = [1, 2, 3], [1, 2]
    referred = {(made[1], agents[0]), (made[2], agents[1])}

    def build(session):  # type: ignore[no-untyped-def]  # a Session
        session.add_all(Department(name=f"Department {place}") for place in (2, 3))
        session.add_all(Team(name=f"Team {place}") for place in teams)
        session.flush()
        for ticket_id in made:
            ticket = session.get(Ticket, ticket_id)
            ticket.department_id, ticket.assignee_id = chance.choice(places), chance.choice([None, *agents])
            ticket.team_id = chance.choice([None, *teams])
        session.get(Ticket, made[3]).state = "deleted"
        session.add_all(Referral(ticket_id=one, agent_id=to, created_at=clock.now()) for one, to in referred)
        session.add_all(
            Task(
                number=f"T-{place}", title="x", ticket_id=ticket_id, is_bound=ticket_id is not None,
                department_id=chance.choice([None, *places]),
                assignee_id=chance.choice([None, *agents]), team_id=chance.choice([None, *teams]), state=chance.choice(["open", "closed"]),
                due_at=clock.NEVER, created_at=clock.now(), updated_at=clock.now(),
            )
            for place, ticket_id in enumerate(chance.choices([None, *made], k=60))
        )  # fmt: skip

    transact(build)
    release()
    tasks = list(reading().scalars(select(Task)))
    tickets = {one.id: one for one in reading().scalars(select(Ticket))}
    held = ({}, {1: EDITS}, {2: frozenset[str](), 3: EDITS})
    actors = [
        Actor(
            ActorKind.AGENT, "x", agent_id=agent_id, departments=departments, teams=frozenset(own), assigned_only=only,
            permissions=everywhere,
        )
        for agent_id, departments, own, only, everywhere in product(
            agents, held, ((), (1,), (1, 2)), (False, True), (frozenset(), frozenset({"ticket.see_all"}))
        )
    ]  # fmt: skip
    for actor in [*actors, system()]:
        expected = {one.id for one in tasks if sees(actor, one, tickets.get(one.ticket_id or 0), referred)}
        for condition in (guard.scope_of(actor), guard.narrow_scope_of(actor)):
            assert set(reading().scalars(select(Task.id).where(condition))) == expected
    for actor in (
        ANONYMOUS,
        Actor(ActorKind.REQUESTER, "r", user_id=1),
        Actor(ActorKind.GUEST, "g", ticket_id=made[0]),
    ):
        assert list(reading().scalars(select(Task.id).where(guard.scope_of(actor)))) == []


def test_seeing_is_not_changing_and_unknown_looks_like_invisible(make_agent: Callable[..., Actor]) -> None:
    def build(session):  # type: ignore[no-untyped-def]  # a Session
        now = clock.now()
        session.add(Task(number="T-1", title="x", department_id=1, due_at=clock.NEVER, created_at=now, updated_at=now))

    make_agent()
    transact(build)
    release()
    reader = Actor(ActorKind.AGENT, "r", agent_id=77, departments={1: frozenset()})
    writer = Actor(ActorKind.AGENT, "w", agent_id=78, departments={1: EDITS})
    stranger = Actor(ActorKind.AGENT, "s", agent_id=79, departments={2: EDITS})
    assert guard.access_task_number(reader, "t-1", guard.NOTE).title == "x"
    assert guard.access_task(writer, 1, "task.edit").number == "T-1"
    with pytest.raises(Forbidden):
        guard.access_task(reader, 1, "task.edit")
    for unseen in (lambda: guard.access_task(stranger, 1), lambda: guard.access_task(writer, 2**70)):
        with pytest.raises(NotFound, match="no such task"):
            unseen()
