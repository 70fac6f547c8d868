"""The guard: list, count and single read say the same, and what a small, obvious model says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hookdesk import clock, listing
from hookdesk.access import Forbidden, NotFound, access_number, access_ticket, entry_scope, scope
from hookdesk.api import Actor, ActorKind, ReplyDraft, reading, release, site, threads
from hookdesk.models import (
    Agent,
    AgentDepartment,
    Collaborator,
    Department,
    Priority,
    Referral,
    Role,
    Status,
    Team,
    TeamMember,
    ThreadEntry,
    Ticket,
    User,
    UserEmail,
)
from hookdesk.plugins.caller import Implementation
from hookdesk.services import actors
from hookdesk.services.transaction import unit_of_work

BOTH_DATABASES = True

SMALL = st.integers(0, 2)
SOME = st.sets(SMALL, max_size=2)
AGENTS = st.tuples(SMALL, SOME, SOME, st.booleans(), st.booleans())


@dataclass(frozen=True)
class Spec:
    """A random company: tickets as (department, assignee, team, owner), and who is connected to what."""

    tickets: list[tuple[int, int | None, int | None, int]]
    agents: list[
        tuple[int, set[int], set[int], bool, bool]
    ]  # primary, further departments, teams, assigned_only, admin
    referrals: list[tuple[int, str, int]]
    collaborators: list[tuple[int, int]]


COMPANIES = st.builds(
    Spec,
    st.lists(st.tuples(SMALL, st.none() | SMALL, st.none() | SMALL, SMALL), min_size=1, max_size=6),
    st.lists(AGENTS, min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["agent", "team", "department"]), SMALL), max_size=3),
    st.lists(st.tuples(st.integers(0, 5), SMALL), max_size=3),
)


def sees(spec: Spec, agent: int, ticket: int) -> bool:
    """The reference: why an agent may see a ticket, in words of one syllable."""
    department, assignee, team, _ = spec.tickets[ticket]
    primary, further, teams, assigned_only, is_admin = spec.agents[agent]
    mine = set() if assigned_only else {primary} | further
    if is_admin and not assigned_only:
        return True
    referred = {(kind, who) for place, kind, who in spec.referrals if place == ticket}
    return (
        assignee == agent
        or team in teams
        or department in mine
        or ("agent", agent) in referred
        or any(("team", each) in referred for each in teams)
        or any(("department", each) in referred for each in mine)
    )


def build(spec: Spec) -> tuple[list[int], list[int], list[int]]:
    """Store the company; ids of its tickets, agents and requesters."""
    now = clock.now()
    with unit_of_work() as session:
        for model in (Ticket, AgentDepartment, TeamMember, Agent, UserEmail, User, Team):
            session.query(model).delete()
        session.query(Department).filter(~Department.is_default).delete()
        departments = [Department(name=f"D{place}") for place in range(3)]
        teams = [Team(name=f"T{place}") for place in range(3)]
        owners = [User(name=f"U{place}", created_at=now) for place in range(3)]
        people = [User(name=f"A{place}", created_at=now) for place in range(3)]
        session.add_all([*departments, *teams, *owners, *people])
        session.flush()
        role = session.scalars(select(Role.id).order_by(Role.id)).first()
        status, priority = session.scalars(select(Status)).first(), session.scalars(select(Priority)).first()
        assert role is not None
        assert status is not None
        assert priority is not None
        agents = []
        for place, (primary, further, member, assigned_only, is_admin) in enumerate(spec.agents):
            agent = Agent(
                user_id=people[place].id, login=f"a{place}", name=f"A{place}", department_id=departments[primary].id, role_id=role,
                is_admin=is_admin, assigned_only=assigned_only, created_at=now,
            )  # fmt: skip
            session.add(agent)
            session.flush()
            agents.append(agent)
            further_ids = [departments[each].id for each in further - {primary}]
            session.add_all(
                AgentDepartment(agent_id=agent.id, department_id=each, role_id=role) for each in further_ids
            )
            session.add_all(TeamMember(agent_id=agent.id, team_id=teams[each].id) for each in member)
        tickets = []
        for place, (department, assignee, team, owner) in enumerate(spec.tickets):
            ticket = Ticket(
                number=f"N{place}", subject="s", user_id=owners[owner].id, department_id=departments[department].id,
                assignee_id=None if assignee is None else agents[assignee].id, team_id=None if team is None else teams[team].id,
                status_id=status.id, state="open", priority_id=priority.id, priority_rank=priority.rank, channel="web",
                due_at=clock.NEVER, created_at=now, last_activity_at=now + timedelta(seconds=place),
            )  # fmt: skip
            session.add(ticket)
            session.flush()
            tickets.append(ticket)
        kinds: dict[str, list[Any]] = {"agent": agents, "team": teams, "department": departments}
        for place, kind, who in spec.referrals:
            if place < len(tickets):
                session.add(
                    Referral(ticket_id=tickets[place].id, created_at=now, **{f"{kind}_id": kinds[kind][who].id})
                )
        for place, who in {pair for pair in spec.collaborators if pair[0] < len(tickets)}:
            session.add(Collaborator(ticket_id=tickets[place].id, user_id=owners[who].id, created_at=now))
        return [each.id for each in tickets], [each.id for each in agents], [each.id for each in owners]


def seen_by(actor: Actor, ticket_ids: list[int]) -> set[int]:
    """What the guard grants, by each of its roads; they must agree."""
    one_by_one = set()
    for ticket_id in ticket_ids:
        try:
            one_by_one.add(access_ticket(actor, ticket_id).id)
        except NotFound:
            continue
    assert set(reading().scalars(select(Ticket.id).where(scope(actor)))) == one_by_one
    listed = [row.id for row in listing.page(actor, "open", listing.SORTS["activity"]).rows]
    assert sorted(listed) == sorted(one_by_one)
    assert listed == sorted(listed, reverse=True)
    assert listing.count(actor, "open") == len(one_by_one)
    return one_by_one


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(spec=COMPANIES, wide=st.booleans())
def test_every_road_says_what_the_model_says(hookdesk_app: Flask, spec: Spec, wide: bool) -> None:
    """For every agent and requester, whether the list walks the sort's index or takes a union of legs."""
    with hookdesk_app.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "WIDE", 0 if wide else 10_000)
        ticket_ids, agent_ids, owner_ids = build(spec)
        for place, agent_id in enumerate(agent_ids):
            actor = actors.agent_actor(agent_id)
            assert actor is not None
            expected = {ticket_id for number, ticket_id in enumerate(ticket_ids) if sees(spec, place, number)}
            assert seen_by(actor, ticket_ids) == expected
        for place, owner_id in enumerate(owner_ids):
            requester = actors.requester_actor(owner_id)
            assert requester is not None
            own = {ticket_ids[number] for number, ticket in enumerate(spec.tickets) if ticket[3] == place}
            shared = {
                ticket_ids[number] for number, who in spec.collaborators if who == place and number < len(ticket_ids)
            }
            assert seen_by(requester, ticket_ids) == own | shared
        release()


@pytest.fixture
def in_context(hookdesk_app: Flask) -> Iterator[Flask]:
    """Inside an application context."""
    with hookdesk_app.app_context():
        yield hookdesk_app


def test_a_guest_sees_the_one_ticket_of_the_link(in_context: Flask, make_ticket: Callable[..., Ticket]) -> None:
    """And no other, not even of the same requester."""
    first, second = make_ticket(), make_ticket()
    guest = actors.guest_actor(first.user_id, first.id)
    assert guest is not None
    assert access_number(guest, first.number).id == first.id
    with pytest.raises(NotFound):
        access_number(guest, second.number)


def test_nobody_sees_nothing(in_context: Flask, make_ticket: Callable[..., Ticket]) -> None:
    """Somebody who is not signed in has no scope at all."""
    ticket = make_ticket()
    nobody = Actor(kind=ActorKind.ANONYMOUS, name="")
    with pytest.raises(NotFound):
        access_ticket(nobody, ticket.id)
    assert listing.count(nobody, "open") == 0


def test_notes_are_for_agents(
    in_context: Flask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    """Requesters and guests read the thread without them."""
    agent, ticket = make_agent(), make_ticket()
    threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="note", text="secret"))
    guest = actors.guest_actor(ticket.user_id, ticket.id)
    assert guest is not None
    kinds = select(ThreadEntry.kind).where(ThreadEntry.ticket_id == ticket.id).order_by(ThreadEntry.id)
    assert reading().scalars(kinds.where(entry_scope(agent))).all() == ["message", "note"]
    assert reading().scalars(kinds.where(entry_scope(guest))).all() == ["message"]


def test_a_permission_that_is_missing_is_named(
    in_context: Flask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    """Seeing a ticket is not the right to change it."""
    agent, ticket = make_agent(role="View and note"), make_ticket()
    assert access_ticket(agent, ticket.id).id == ticket.id
    with pytest.raises(Forbidden, match=r"ticket\.assign"):
        access_ticket(agent, ticket.id, "ticket.assign")


def test_plugins_narrow_and_their_failure_denies(
    in_context: Flask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    """`permission_scope` and `permission_allowed` take away; if they cannot answer, the answer is no."""
    agent, ticket = make_agent(is_admin=True), make_ticket()
    hooks = site().hooks

    def broken(actor: Actor) -> Any:
        raise RuntimeError("boom")

    hooks.install(
        "permission_allowed", [Implementation("office", lambda permission: "not on Sundays", ("permission",))]
    )
    with pytest.raises(Forbidden, match="not on Sundays"):
        access_ticket(agent, ticket.id)
    hooks.install("permission_allowed", ())
    hooks.install("permission_scope", [Implementation("office", lambda actor: Ticket.subject == "other", ("actor",))])
    assert seen_by(agent, [ticket.id]) == set()
    hooks.install("permission_scope", [Implementation("office", broken, ("actor",))])
    assert seen_by(agent, [ticket.id]) == set()
    hooks.install("permission_scope", ())
    assert seen_by(agent, [ticket.id]) == {ticket.id}


def test_pages_go_forth_and_back(
    in_context: Flask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    """Keyset pages cover everything once, and the way back shows the same pages."""
    agent = make_agent(is_admin=True)
    for _ in range(7):
        make_ticket()
    for sort in listing.SORTS.values():
        pages, after = [], None
        while True:
            page = listing.page(agent, "open", sort, after=after, size=3)
            pages.append([row.id for row in page.rows])
            if page.next is None:
                break
            after = listing.Cursor.load(page.next.dump())
        assert sorted(row_id for rows in pages for row_id in rows) == list(range(1, 8))
        assert [len(rows) for rows in pages] == [3, 3, 1]
        assert page.previous is not None
        back = listing.page(agent, "open", sort, before=page.previous, size=3)
        assert [row.id for row in back.rows] == pages[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "~",
        "2026-01-01T00:00:00~1",
        "1~x",
        "9" * 30 + "~1",
        "1~" + "9" * 30,
        "NaN~1",
        "2026-13-01T00:00:00+00:00~1",
        "0001-01-01T00:00:00+14:00~1",
        f"{2**40}~1",
    ],
)
def test_a_typed_cursor_is_refused(text: str) -> None:
    """Nonsense in a link leads to the first page, never to an error."""
    assert listing.Cursor.load(text) is None
