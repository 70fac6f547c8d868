"""Collaborators, owners, referrals, and who keeps a ticket: what each changes, and who may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.access import Forbidden, NotFound, access_ticket
from hookdesk.api import (
    ANONYMOUS,
    Agent,
    AgentDepartment,
    Collaborator,
    Department,
    InboundMessage,
    ReplyDraft,
    Status,
    Ticket,
    TicketEvent,
    User,
    UserEmail,
    actors,
    intake,
    organizations,
    participants,
    reading,
    release,
    site,
    system,
    threads,
    tickets,
    unit_of_work,
)
from hookdesk.plugins.caller import Implementation

BOTH_DATABASES = True
Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def in_context(hookdesk_app: Flask) -> Iterator[None]:
    """Inside an application context."""
    with hookdesk_app.app_context():
        yield


def now(ticket: Ticket) -> Ticket:
    """The ticket as it is stored."""
    release()
    found: Ticket = reading().scalars(select(Ticket).where(Ticket.id == ticket.id)).one()
    return found


def log(ticket: Ticket) -> list[tuple[str, Any, Any]]:
    """What the ticket's log says of changes."""
    rows = reading().scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id))
    return [(row.kind, row.data["before"], row.data["after"]) for row in rows if "before" in row.data]


def test_a_collaborator_sees_the_ticket_until_taken_off(make_agent: Make, make_ticket: Make) -> None:
    """Who was unknown becomes a user; the owner never becomes a collaborator."""
    agent, ticket = make_agent(), make_ticket()
    participants.add_collaborator(agent, ticket.id, "Bob@Example.org", "Bob")
    participants.add_collaborator(agent, ticket.id, "bob@example.org")
    participants.add_collaborator(agent, ticket.id, "grace@example.org")
    rows = reading().scalars(select(Collaborator)).all()
    assert len(rows) == 1
    bob = actors.requester_actor(rows[0].user_id)
    assert bob is not None
    assert access_ticket(bob, ticket.id).id == ticket.id
    participants.mute_collaborator(agent, ticket.id, bob.user_id or 0, is_active=False)
    release()
    assert access_ticket(bob, ticket.id).id == ticket.id
    assert reading().scalar(select(Collaborator.is_active)) is False
    participants.remove_collaborator(agent, ticket.id, bob.user_id or 0)
    release()
    with pytest.raises(NotFound):
        access_ticket(bob, ticket.id)
    assert log(ticket) == [
        ("collaborator", "", "Bob"),
        ("collaborator_mail", "Bob", ""),
        ("collaborator", "Bob", ""),
    ]


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "x" * 400 + "@example.org"])
def test_nobody_follows_without_an_address(make_agent: Make, make_ticket: Make, address: str) -> None:
    """It is told, and nothing is stored."""
    agent, ticket = make_agent(), make_ticket()
    with pytest.raises(tickets.TicketProblem):
        participants.add_collaborator(agent, ticket.id, address)
    assert now(ticket).updates == ticket.updates


def test_who_may_not_add_users_names_known_ones_alone(make_agent: Make, make_ticket: Make) -> None:
    """As follower and as owner: no user is made on the way, and the agent is told why."""
    agent, ticket = make_agent(), make_ticket()
    make_ticket("Another", email="bob@example.org", name="Bob")
    limited = replace(agent, permissions=frozenset())
    for act in (participants.add_collaborator, participants.change_owner):
        with pytest.raises(tickets.TicketProblem, match=r"Nobody here has the address eve@example\.org"):
            act(limited, ticket.id, "eve@example.org", "Eve")
    release()
    assert reading().scalar(select(UserEmail.id).where(UserEmail.address == "eve@example.org")) is None
    participants.add_collaborator(limited, ticket.id, "Bob@example.org")
    assert log(ticket)[-1] == ("collaborator", "", "Bob")
    participants.change_owner(limited, ticket.id, "bob@example.org")
    assert log(ticket)[-1] == ("requester", "Grace Hopper", "Bob")
    participants.add_collaborator(agent, ticket.id, "eve@example.org", "Eve")
    assert log(ticket)[-1] == ("collaborator", "", "Eve")


def test_a_new_owner_takes_the_ticket_and_its_organization(make_agent: Make, make_ticket: Make) -> None:
    """They are no collaborator besides; whoever had it sees it no longer."""
    agent, ticket = make_agent(), make_ticket()
    company = organizations.save_organization(
        system(), None, organizations.OrganizationData("Acme", domains=("acme.example",))
    )
    participants.add_collaborator(agent, ticket.id, "bob@acme.example", "Bob")
    participants.change_owner(agent, ticket.id, "bob@acme.example")
    after = now(ticket)
    bob = reading().scalar(select(UserEmail.user_id).where(UserEmail.address == "bob@acme.example"))
    assert (after.user_id, after.organization_id) == (bob, company)
    assert reading().scalars(select(Collaborator)).all() == []
    before = actors.requester_actor(ticket.user_id)
    assert before is not None
    with pytest.raises(NotFound):
        access_ticket(before, ticket.id)
    assert log(ticket)[-1] == ("requester", "Grace Hopper", "Bob")


def test_a_referral_shows_a_ticket_and_assigns_nobody(make_agent: Make, make_ticket: Make) -> None:
    """To an agent of another department, until it is withdrawn."""
    ada, bob, ticket = make_agent(), make_agent("bob", "Bob"), make_ticket()
    with unit_of_work() as session:
        far = Department(name="Far")
        session.add(far)
        session.flush()
        session.get(Agent, bob.agent_id).department_id = far.id  # type: ignore[union-attr]  # it is there
        far_id = far.id
    bob = actors.agent_actor(bob.agent_id)
    with pytest.raises(NotFound):
        access_ticket(bob, ticket.id)
    for kind, row_id in (("agent", bob.agent_id), ("department", far_id)):
        participants.refer(ada, ticket.id, kind, row_id)
        participants.refer(ada, ticket.id, kind, row_id)
        release()
        assert access_ticket(bob, ticket.id).assignee_id is None
        participants.withdraw(ada, ticket.id, kind, row_id)
        release()
        with pytest.raises(NotFound):
            access_ticket(bob, ticket.id)
    with pytest.raises(tickets.TicketProblem, match="has this ticket already"):
        participants.refer(ada, ticket.id, "department", ticket.department_id)
    with pytest.raises(tickets.TicketProblem, match="does not work here"):
        participants.refer(ada, ticket.id, "team", 999)


def test_each_act_needs_its_permission(make_agent: Make, make_ticket: Make) -> None:
    """Seeing a ticket allows none of them."""
    weak, ticket = make_agent("weak", "Weak", role="View and note"), make_ticket()
    acts: list[Callable[[], None]] = [
        lambda: participants.add_collaborator(weak, ticket.id, "bob@example.org"),
        lambda: participants.remove_collaborator(weak, ticket.id, 1),
        lambda: participants.mute_collaborator(weak, ticket.id, 1, is_active=True),
        lambda: participants.change_owner(weak, ticket.id, "bob@example.org"),
        lambda: participants.refer(weak, ticket.id, "team", 1),
        lambda: participants.withdraw(weak, ticket.id, "team", 1),
        lambda: tickets.mark_answered(weak, ticket.id, True),
        lambda: tickets.assign(weak, ticket.id, None),
        lambda: tickets.assign(weak, ticket.id, weak.agent_id),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()


def set_up(**changes: Any) -> None:
    """Change the first department."""
    with unit_of_work() as session:
        department = session.scalars(select(Department).order_by(Department.id)).first()
        for name, value in changes.items():
            setattr(department, name, value)


@pytest.mark.parametrize(
    ("rule", "who"),
    [("all", {"at home", "further", "far"}), ("members", {"at home", "further"}), ("primary", {"at home"})],
)
def test_a_department_says_who_can_have_its_tickets(
    make_agent: Make, make_ticket: Make, rule: str, who: set[str]
) -> None:
    """Its own, those with further access too, or everybody."""
    ada, ticket = make_agent(is_admin=True), make_ticket()
    people = {"at home": ada, "further": make_agent("bob", "Bob"), "far": make_agent("eve", "Eve")}
    with unit_of_work() as session:
        far = Department(name="Far")
        session.add(far)
        session.flush()
        for name in ("further", "far"):
            row = session.get(Agent, people[name].agent_id)
            assert row is not None
            row.department_id = far.id
        session.add(AgentDepartment(agent_id=people["further"].agent_id, department_id=ticket.department_id, role_id=1))
    set_up(assignment=rule)
    for name, actor in people.items():
        if name in who:
            tickets.assign(ada, ticket.id, actor.agent_id)
            assert now(ticket).assignee_id == actor.agent_id
        else:
            with pytest.raises(tickets.TicketProblem, match=f"{actor.name} is none"):
                tickets.assign(ada, ticket.id, actor.agent_id)


def test_whoever_answers_first_has_the_ticket_unless_the_department_does_not_want_that(
    make_agent: Make, make_ticket: Make
) -> None:
    """A note claims nothing."""
    ada, first, second = make_agent(), make_ticket(), make_ticket("Another")
    threads.post(ada, ReplyDraft(first.id, "note", "hm"))
    assert now(first).assignee_id is None
    threads.post(ada, ReplyDraft(first.id, "response", "yes"))
    assert now(first).assignee_id == ada.agent_id
    set_up(claims_on_reply=False)
    threads.post(ada, ReplyDraft(second.id, "response", "yes"))
    assert now(second).assignee_id is None


@pytest.mark.parametrize(
    ("agent", "department", "kept", "reopened"),
    [
        ({}, {}, True, True),
        ({"on_vacation": True}, {}, False, True),
        ({"is_active": False}, {}, False, True),
        ({}, {"keeps_assignee_on_reopen": False}, False, True),
        ({}, {"is_archived": True}, True, False),
    ],
)
def test_a_reopened_ticket_goes_back_to_somebody_who_is_there(
    make_agent: Make, make_ticket: Make, agent: dict[str, bool], department: dict[str, bool], kept: bool, reopened: bool
) -> None:
    """And in an archived department it stays closed: the message is kept on it all the same."""
    ada, ticket = make_agent(), make_ticket()
    tickets.assign(ada, ticket.id, ada.agent_id)
    closed = reading().scalar(select(Status.id).where(Status.key == "closed"))
    tickets.set_status(ada, ticket.id, closed)
    with unit_of_work() as session:
        row = session.get(Agent, ada.agent_id)
        for name, value in agent.items():
            setattr(row, name, value)
    set_up(**department)
    grace = actors.requester_actor(ticket.user_id)
    assert grace is not None
    threads.post(grace, ReplyDraft(ticket.id, "message", "again"))
    after = now(ticket)
    assert (after.assignee_id == ada.agent_id, after.state == "open", after.entry_count) == (kept, reopened, 2)


def test_what_is_closed_in_an_archived_department_stays_closed_for_agents_too(
    make_agent: Make, make_ticket: Make
) -> None:
    """Until it is moved; what is open there is worked on to its end."""
    ada, ticket, busy = make_agent(is_admin=True), make_ticket(), make_ticket()
    state = dict(reading().all(select(Status.key, Status.id)))
    tickets.set_status(ada, ticket.id, state["solved"])
    with unit_of_work() as session:
        session.add(Department(name="Elsewhere"))
    set_up(is_archived=True)
    for status in ("open", "pending"):
        with pytest.raises(tickets.TicketProblem, match="is archived"):
            tickets.set_status(ada, ticket.id, state[status])
    tickets.set_status(ada, ticket.id, state["closed"])
    tickets.set_status(ada, busy.id, state["pending"])
    tickets.transfer(ada, ticket.id, reading().scalar(select(Department.id).where(Department.name == "Elsewhere")))
    tickets.set_status(ada, ticket.id, state["open"])
    assert (now(ticket).state, now(busy).state) == ("open", "open")


def test_nothing_is_given_to_whoever_is_on_vacation(make_agent: Make, make_ticket: Make) -> None:
    """They may still take a ticket themselves."""
    ada, bob, ticket = make_agent(), make_agent("bob", "Bob"), make_ticket()
    with unit_of_work() as session:
        session.query(Agent).update({"on_vacation": True})
    with pytest.raises(tickets.TicketProblem, match="Bob is on vacation"):
        tickets.assign(ada, ticket.id, bob.agent_id)
    tickets.assign(ada, ticket.id, ada.agent_id)
    assert now(ticket).assignee_id == ada.agent_id


def test_a_ticket_that_moves_leaves_an_assignee_who_cannot_go_along(make_agent: Make, make_ticket: Make) -> None:
    """By the rule of the department that it comes to."""
    ada, ticket = make_agent(), make_ticket()
    with unit_of_work() as session:
        session.add_all([Department(name="Open house"), Department(name="Members only", assignment="members")])
    places = dict(reading().all(select(Department.name, Department.id)))
    tickets.assign(ada, ticket.id, ada.agent_id)
    tickets.transfer(ada, ticket.id, places["Open house"])
    assert now(ticket).assignee_id == ada.agent_id
    tickets.transfer(ada, ticket.id, places["Members only"])
    assert now(ticket).assignee_id is None


def test_plugins_bring_collaborators_to_a_new_ticket(make_ticket: Make) -> None:
    """Through the draft; the banned and the owner are left out."""
    first = make_ticket(email="bob@example.org", name="Bob")
    make_ticket(email="eve@example.org", name="Eve")
    with unit_of_work() as session:
        session.query(User).filter(User.name == "Eve").update({"is_banned": True})
        everybody = list(session.scalars(select(User.id)))
    site().hooks.install(
        "ticket_filter",
        [Implementation("test", lambda draft: draft.replace(collaborators=(*everybody, 999_999)), ("draft",))],
    )
    settled = intake.submit(InboundMessage("portal", "grace@example.org", "Grace", "Fire", "It burns"), ANONYMOUS)
    assert settled.ticket_id is not None
    assert reading().scalars(select(Collaborator.user_id)).all() == [first.user_id]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("bob@acme.example", "Acme"),
        ("bob@mail.acme.example", None),
        ("bob@deep.mail.other.example", "Other"),
        ("bob@other.example", "Other"),
        ("bob@lab.other.example", "Lab"),
        ("bob@another.example", None),
        ("bob@example", None),
    ],
)
def test_a_new_user_joins_the_organization_of_their_domain(
    make_ticket: Make, address: str, expected: str | None
) -> None:
    """The longest domain counts; subdomains only where a dot says so. The ticket belongs to it, too."""
    ids = {None: None}
    for name, domains in (
        ("Acme", ("acme.example",)),
        ("Other", (".other.example",)),
        ("Lab", ("@LAB.other.example",)),
    ):
        data = organizations.OrganizationData(name, domains=domains)
        ids[name] = organizations.save_organization(system(), None, data)
    ticket = make_ticket(email=address)
    assert now(ticket).organization_id == ids[expected]
    assert reading().scalar(select(User.organization_id).where(User.id == ticket.user_id)) == ids[expected]


@pytest.mark.parametrize(
    "domain", ["", "acme", "acme..example", "a b.example", "-.example", "x" * 300 + ".example", "acme.example/"]
)
def test_a_domain_has_to_be_one(domain: str) -> None:
    """Else the form says so."""
    with pytest.raises(organizations.DirectoryProblem):
        organizations.save_organization(system(), None, organizations.OrganizationData("Acme", domains=(domain,)))


def test_a_domain_belongs_to_one_organization() -> None:
    """Whoever had it first."""
    organizations.save_organization(system(), None, organizations.OrganizationData("Acme", domains=("acme.example",)))
    with pytest.raises(organizations.DirectoryProblem, match=r"acme\.example"):
        organizations.save_organization(
            system(), None, organizations.OrganizationData("Other", domains=(".acme.example",))
        )


def test_contacts_share_where_they_may(make_ticket: Make) -> None:
    """A primary contact, if the helpdesk leaves it to them; nobody else."""
    company = organizations.save_organization(
        system(), None, organizations.OrganizationData("Acme", domains=("acme.example",))
    )
    bob, eve = make_ticket(email="bob@acme.example"), make_ticket(email="eve@acme.example")
    with unit_of_work() as session:
        session.query(User).filter(User.id == bob.user_id).update({"is_primary_contact": True})

    def share(user_id: int) -> None:
        release()
        actor = actors.requester_actor(user_id)
        assert actor is not None
        organizations.share(actor, "everybody")

    with pytest.raises(organizations.DirectoryProblem):
        share(bob.user_id)
    organizations.save_organization(
        system(), company, organizations.OrganizationData("Acme", domains=("acme.example",), contacts_share=True)
    )
    with pytest.raises(organizations.DirectoryProblem):
        share(eve.user_id)
    share(bob.user_id)
    release()
    colleague = actors.requester_actor(eve.user_id)
    assert colleague is not None
    assert access_ticket(colleague, bob.id).id == bob.id
