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
from sqlalchemy.orm import Session

from hookdesk import clock, listing
from hookdesk.access import Forbidden, NotFound, access_number, access_ticket, entry_scope, scope
from hookdesk.access_reasons import reasons
from hookdesk.access_reasons import sees as sees_by
from hookdesk.api import Actor, ActorKind, ReplyDraft, reading, release, site, system, threads
from hookdesk.models import (
    Agent,
    AgentDepartment,
    Collaborator,
    Department,
    Organization,
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
SHARING = st.sampled_from(["nobody", "primary", "everybody"])


@dataclass(frozen=True)
class Worker:
    """An agent of a random company."""

    primary: int
    further: set[int]
    teams: set[int]
    assigned_only: bool
    is_admin: bool
    sees_all: bool


@dataclass(frozen=True)
class Spec:
    """A random company: tickets as (department, assignee, team, owner), and who is connected to what."""

    tickets: list[tuple[int, int | None, int | None, int]]
    agents: list[Worker]
    parents: tuple[int | None, int | None]  # of the second and third department
    managers: list[int | None]  # of each department
    referrals: list[tuple[int, str, int]]
    collaborators: list[tuple[int, int]]
    sharing: list[str]  # of each organization
    owners: list[tuple[int | None, bool]]  # organization, is_primary_contact


COMPANIES = st.builds(
    Spec,
    tickets=st.lists(st.tuples(SMALL, st.none() | SMALL, st.none() | SMALL, SMALL), min_size=1, max_size=6),
    agents=st.lists(
        st.builds(Worker, SMALL, SOME, SOME, st.booleans(), st.booleans(), st.booleans()), min_size=3, max_size=3
    ),
    parents=st.tuples(st.sampled_from([None, 0]), st.sampled_from([None, 0, 1])),
    managers=st.lists(st.none() | SMALL, min_size=3, max_size=3),
    referrals=st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["agent", "team", "department"]), SMALL), max_size=3
    ),
    collaborators=st.lists(st.tuples(st.integers(0, 5), SMALL), max_size=3),
    sharing=st.lists(SHARING, min_size=2, max_size=2),
    owners=st.lists(st.tuples(st.sampled_from([None, 0, 1]), st.booleans()), min_size=3, max_size=3),
)


def works_in(spec: Spec, agent: int) -> set[int]:
    """The reference: departments of an agent, with everything below them."""
    managed = {place for place, manager in enumerate(spec.managers) if manager == agent}
    found = {spec.agents[agent].primary} | spec.agents[agent].further | managed
    for place, parent in enumerate(spec.parents, 1):  # the parent of each stands before it
        if parent in found:
            found.add(place)
    return found


def sees(spec: Spec, agent: int, ticket: int) -> bool:
    """The reference: why an agent may see a ticket, in words of one syllable."""
    department, assignee, team, _ = spec.tickets[ticket]
    worker = spec.agents[agent]
    if (worker.is_admin or worker.sees_all) and not worker.assigned_only:
        return True
    mine = set() if worker.assigned_only else works_in(spec, agent)
    referred = {(kind, who) for place, kind, who in spec.referrals if place == ticket}
    return (
        assignee == agent
        or team in worker.teams
        or department in mine
        or ("agent", agent) in referred
        or any(("team", each) in referred for each in worker.teams)
        or any(("department", each) in referred for each in mine)
    )


def asks_about(spec: Spec, owner: int, ticket: int) -> bool:
    """The reference: why a requester may see a ticket."""
    whose = spec.tickets[ticket][3]
    organization, is_primary = spec.owners[owner]
    shares = organization is not None and (
        spec.sharing[organization] == "everybody" or (spec.sharing[organization] == "primary" and is_primary)
    )
    return whose == owner or (ticket, owner) in spec.collaborators or (shares and spec.owners[whose][0] == organization)


def build(spec: Spec) -> tuple[list[int], list[int], list[int]]:
    """Store the company; ids of its tickets, agents and requesters."""
    with unit_of_work() as session:
        for model in (Ticket, AgentDepartment, TeamMember, Agent, UserEmail, User, Team, Organization):
            session.query(model).delete()
        session.query(Department).filter(~Department.is_default).delete()
        departments, teams = _places(session, spec)
        owners = _owners(session, spec)
        agents = _agents(session, spec, departments, teams)
        tickets = _tickets(session, spec, departments, teams, owners, agents)
        _participants(session, spec, tickets, {"agent": agents, "team": teams, "department": departments}, owners)
        return [each.id for each in tickets], [each.id for each in agents], [each.id for each in owners]


def _places(session: Session, spec: Spec) -> tuple[list[Department], list[Team]]:
    """Three departments, one below another as the company says, and three teams."""
    departments = [Department(name=f"D{place}") for place in range(3)]
    teams = [Team(name=f"T{place}") for place in range(3)]
    session.add_all([*departments, *teams])
    session.flush()
    for place, parent in enumerate(spec.parents, 1):
        departments[place].parent_id = None if parent is None else departments[parent].id
    return departments, teams


def _owners(session: Session, spec: Spec) -> list[User]:
    """Three requesters in their organizations."""
    now = clock.now()
    organizations = [Organization(name=f"O{at}", sharing=how, created_at=now) for at, how in enumerate(spec.sharing)]
    session.add_all(organizations)
    session.flush()
    owners = [
        User(
            name=f"U{at}", organization_id=None if where is None else organizations[where].id, is_primary_contact=is_primary, created_at=now
        )
        for at, (where, is_primary) in enumerate(spec.owners)
    ]  # fmt: skip
    session.add_all(owners)
    session.flush()
    return owners


def _agents(session: Session, spec: Spec, departments: list[Department], teams: list[Team]) -> list[Agent]:
    """Three agents with all that they have access to, and the departments that they manage."""
    now, role = clock.now(), session.scalars(select(Role.id).order_by(Role.id)).first()
    assert role is not None
    agents = []
    for place, worker in enumerate(spec.agents):
        person = User(name=f"A{place}", created_at=now)
        session.add(person)
        session.flush()
        agent = Agent(
            user_id=person.id, login=f"a{place}", name=f"A{place}", department_id=departments[worker.primary].id, role_id=role,
            is_admin=worker.is_admin, assigned_only=worker.assigned_only, created_at=now,
            permissions=["ticket.see_all"] if worker.sees_all else [],
        )  # fmt: skip
        session.add(agent)
        session.flush()
        agents.append(agent)
        further_ids = [departments[each].id for each in worker.further - {worker.primary}]
        session.add_all(AgentDepartment(agent_id=agent.id, department_id=each, role_id=role) for each in further_ids)
        session.add_all(TeamMember(agent_id=agent.id, team_id=teams[each].id) for each in worker.teams)
    for place, manager in enumerate(spec.managers):
        departments[place].manager_id = None if manager is None else agents[manager].id
    return agents


def _tickets(
    session: Session,
    spec: Spec,
    departments: list[Department],
    teams: list[Team],
    owners: list[User],
    agents: list[Agent],
) -> list[Ticket]:
    """The company's tickets, each a second after the one before."""
    now = clock.now()
    status, priority = session.scalars(select(Status)).first(), session.scalars(select(Priority)).first()
    assert status is not None
    assert priority is not None
    tickets = []
    for place, (department, assignee, team, owner) in enumerate(spec.tickets):
        ticket = Ticket(
            number=f"N{place}", subject="s", user_id=owners[owner].id, department_id=departments[department].id,
            organization_id=owners[owner].organization_id,
            assignee_id=None if assignee is None else agents[assignee].id, team_id=None if team is None else teams[team].id,
            status_id=status.id, state="open", priority_id=priority.id, priority_rank=priority.rank, channel="web",
            due_at=clock.NEVER, created_at=now, last_activity_at=now + timedelta(seconds=place),
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        tickets.append(ticket)
    return tickets


def _participants(
    session: Session, spec: Spec, tickets: list[Ticket], kinds: dict[str, Any], owners: list[User]
) -> None:
    """Referrals and collaborators."""
    now = clock.now()
    for place, kind, who in spec.referrals:
        if place < len(tickets):
            session.add(Referral(ticket_id=tickets[place].id, created_at=now, **{f"{kind}_id": kinds[kind][who].id}))
    for place, who in {pair for pair in spec.collaborators if pair[0] < len(tickets)}:
        session.add(Collaborator(ticket_id=tickets[place].id, user_id=owners[who].id, created_at=now))


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
    assert {ticket_id for ticket_id in ticket_ids if sees_by(reasons(actor, ticket_id))} == one_by_one
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
            expected = {ticket_id for number, ticket_id in enumerate(ticket_ids) if asks_about(spec, place, number)}
            assert seen_by(requester, ticket_ids) == expected
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


@pytest.mark.parametrize("answer", ["assignee_id = 1", True, 7])
def test_what_is_no_condition_denies_in_its_plugins_name(
    in_context: Flask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor], answer: object
) -> None:
    """An author's slip is no error on every page."""
    agent, ticket = make_agent(), make_ticket()
    site().hooks.install("permission_scope", [Implementation("slips", lambda: answer, ())])
    with pytest.raises(NotFound):
        access_ticket(agent, ticket.id)
    [failure] = site().hooks.recorder.take_failures()
    assert (failure.plugin, failure.hook) == ("slips", "permission_scope")


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


def test_the_nearest_role_counts_below_a_department(in_context: Flask, make_agent: Callable[..., Actor]) -> None:
    """Access reaches down with the role held above, unless another one is held nearer; a manager may do a little more."""
    agent = make_agent(role="Agent")
    with unit_of_work() as session:
        top = session.scalars(select(Department).where(Department.is_default)).one()
        weak = session.scalars(select(Role).where(Role.name == "View and note")).one()
        middle = Department(name="Middle", parent_id=top.id)
        session.add(middle)
        session.flush()
        low = Department(name="Low", parent_id=middle.id, manager_id=agent.agent_id)
        beside = Department(name="Beside")
        session.add_all(
            [low, beside, AgentDepartment(agent_id=agent.agent_id, department_id=middle.id, role_id=weak.id)]
        )
        session.flush()
        ids = [top.id, middle.id, low.id, beside.id]
    actor = actors.agent_actor(agent.agent_id or 0)
    assert actor is not None
    assert [actor.may("ticket.reply", place) for place in ids] == [True, False, False, False]
    assert [actor.may("ticket.release", place) for place in ids] == [True, False, True, False]
    assert [place in actor.departments for place in ids] == [True, True, True, False]
    assert actor.manages == {ids[2]}


def test_departments_in_a_circle_end(in_context: Flask, make_agent: Callable[..., Actor]) -> None:
    """Whoever made it so in the database can still sign in to mend it."""
    agent = make_agent()
    with unit_of_work() as session:
        top = session.scalars(select(Department)).one()
        below = Department(name="Below", parent_id=top.id)
        session.add(below)
        session.flush()
        top.parent_id = below.id
    actor = actors.agent_actor(agent.agent_id or 0)
    assert actor is not None
    assert len(actor.departments) == 2


def test_outside_their_departments_the_primary_role_counts_unless_it_must_not(
    in_context: Flask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    """An assigned ticket of another department is seen either way."""
    agent, ticket = make_agent(), make_ticket()
    with unit_of_work() as session:
        far = Department(name="Far")
        session.add(far)
        session.flush()
        row = session.scalars(select(Ticket)).one()
        row.department_id, row.assignee_id = far.id, agent.agent_id
    assert access_ticket(agent, ticket.id, "ticket.reply").id == ticket.id
    with unit_of_work() as session:
        session.scalars(select(Agent)).one().role_falls_back = False
    actor = actors.agent_actor(agent.agent_id or 0)
    assert actor is not None
    assert access_ticket(actor, ticket.id, "ticket.note").id == ticket.id
    with pytest.raises(Forbidden):
        access_ticket(actor, ticket.id, "ticket.reply")


def test_an_agent_who_asks_elsewhere_sees_no_notes_of_it(
    in_context: Flask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    """Somebody who is an agent here and a requester there: the desk shows what they work on, the portal what they asked."""
    agent = make_agent()
    ticket = make_ticket(email="ada@helpdesk.example")
    with unit_of_work() as session:
        far = Department(name="Personnel")
        session.add(far)
        session.flush()
        session.scalars(select(Ticket)).one().department_id = far.id
    with pytest.raises(NotFound):
        access_ticket(agent, ticket.id)
    asking = actors.requester_actor(agent.user_id or 0)
    assert asking is not None
    assert access_ticket(asking, ticket.id).id == ticket.id
    with pytest.raises(Forbidden):
        access_ticket(asking, ticket.id, "ticket.note")
    threads.post(system(), ReplyDraft(ticket_id=ticket.id, kind="note", text="secret"))
    assert reading().scalars(select(ThreadEntry.kind).where(entry_scope(asking))).all() == ["message"]
