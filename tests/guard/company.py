"""A small company with everybody who can have to do with a ticket, and the reference: who sees what, in words of one syllable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.api import (
    ANONYMOUS,
    Actor,
    InboundFile,
    InboundMessage,
    ReplyDraft,
    actors,
    intake,
    system,
    threads,
    transact,
)
from hookdesk.models import (
    AgentDepartment,
    Attachment,
    Collaborator,
    Department,
    Organization,
    Referral,
    Role,
    Team,
    TeamMember,
    ThreadEntry,
    Ticket,
)
from hookdesk.services import people
from hookdesk.testing import Client
from hookdesk_portal import links

PUBLIC, BACK, PRIVATE = "Shopfront", "Backroom", "Personnel"
DEPARTMENTS = (PUBLIC, BACK, PRIVATE)
AGENTS = {  # login: department, further department, in the team, sees assigned tickets alone, sees all, administrator
    "root": (PUBLIC, None, False, False, False, True),
    "sam": (PUBLIC, None, False, False, False, False),
    "pat": (BACK, PRIVATE, False, False, False, False),
    "lim": (PUBLIC, None, False, True, False, False),
    "eye": (BACK, None, False, False, True, False),
    "tea": (PRIVATE, None, True, False, False, False),
}
REQUESTERS = {  # name: organization, primary contact
    "owen": ("Acme", False),
    "cole": ("Acme", False),
    "prim": ("Acme", True),
    "otto": ("Umbrella", False),
}
SHARING = ("nobody", "primary", "everybody")


@dataclass
class Case:
    """One ticket: what was chosen for it, and the words that only it has."""

    place: int
    department: str
    owner: str
    assignee: str | None
    in_team: bool
    referred_to: str | None
    collaborator: str | None
    id: int = 0
    number: str = ""
    files: dict[str, int] = field(default_factory=dict)

    def word(self, what: str) -> str:
        """A word of its own: of the subject, the message, the note, the reply or a file's name."""
        return f"q{what}{'abcdefgh'[self.place]}q"


@dataclass
class Company:
    """Everybody and everything, stored."""

    sharing: str
    cases: list[Case]
    agents: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)

    def works_in(self, login: str) -> set[str]:
        """Departments of an agent."""
        department, further, *_ = AGENTS[login]
        return {department} | ({further} if further else set())

    def agent_sees(self, login: str, case: Case) -> bool:
        """The reference for the desk."""
        _, _, in_team, assigned_only, sees_all, is_admin = AGENTS[login]
        if is_admin or sees_all or case.assignee == login or (in_team and case.in_team) or case.referred_to == login:
            return True
        return not assigned_only and case.department in self.works_in(login)

    def takes_part(self, name: str, case: Case) -> bool:
        """Whose ticket it is, or who follows it."""
        return name in (case.owner, case.collaborator)

    def requester_sees(self, name: str, case: Case) -> bool:
        """The reference for the portal."""
        organization, is_primary = REQUESTERS[name]
        shared = self.sharing == "everybody" or (self.sharing == "primary" and is_primary)
        return self.takes_part(name, case) or (shared and REQUESTERS[case.owner][0] == organization)

    def agent_browser(self, app: Flask, login: str) -> Client:
        """An agent's browser."""
        return _browser(app, lambda: actors.agent_actor(self.agents[login]))

    def requester_browser(self, app: Flask, name: str) -> Client:
        """The browser of a requester with an account."""
        return _browser(app, lambda: actors.requester_actor(self.users[name]))

    def guest_browser(self, app: Flask, case: Case, name: str = "") -> Client:
        """The browser of somebody who has followed the link in a mail, and has no account."""
        name = name or case.owner
        with app.test_request_context():
            token = links.make(case.id, self.users[name], address(name))
        client = app.test_client()
        assert isinstance(client, Client)
        client.get(f"/t/{token}")
        return client


def _browser(app: Flask, who: Callable[[], Actor | None]) -> Client:
    """A browser in which somebody is signed in."""
    with app.app_context():
        actor = who()
    assert actor is not None
    client = app.test_client()
    assert isinstance(client, Client)
    client.sign_in(actor)
    return client


def address(name: str) -> str:
    """Somebody's mail address."""
    return f"{name}@people.example"


def _maybe(chance: Random, names: Iterable[str]) -> str | None:
    """One of the names, or nobody."""
    return chance.choice([None, None, *names])


def generated(seed: int, tickets: int = 4) -> Company:
    """A company drawn by chance, the same one for the same seed."""
    chance = Random(seed)  # made-up data must come out the same again
    cases = [
        Case(
            place, chance.choice(DEPARTMENTS), chance.choice(list(REQUESTERS)), _maybe(chance, AGENTS), chance.random() < 0.3,
            _maybe(chance, AGENTS), _maybe(chance, REQUESTERS),
        )
        for place in range(tickets)
    ]  # fmt: skip
    return Company(SHARING[seed % len(SHARING)], cases)


def store(app: Flask, company: Company) -> Company:
    """Store it: each ticket by the usual road, then put where it belongs, with a reply and a note."""
    with app.app_context():
        transact(lambda session: _people(session, company))
        for case in company.cases:
            _ticket(company, case)
    return company


def _people(session: Session, company: Company) -> None:
    """Departments, the team, agents, organizations, requesters."""
    now = clock.now()
    places = {name: Department(name=name, is_public=name != PRIVATE) for name in DEPARTMENTS}
    companies = {
        name: Organization(name=name, sharing=company.sharing, created_at=now) for name in ("Acme", "Umbrella")
    }
    team = Team(name="Night shift")
    session.add_all([*places.values(), *companies.values(), team])
    session.flush()
    role_id = session.scalars(select(Role.id).where(Role.name == "All access")).one()
    for login, (department, further, in_team, assigned_only, sees_all, is_admin) in AGENTS.items():
        agent = people.create_agent(
            session, login=login, name=f"Agent {login.title()}", address=f"{login}@helpdesk.example",
            department_id=places[department].id, role_id=role_id, is_admin=is_admin,
        )  # fmt: skip
        agent.assigned_only, agent.permissions = assigned_only, ["ticket.see_all"] if sees_all else []
        if further:
            session.add(AgentDepartment(agent_id=agent.id, department_id=places[further].id, role_id=role_id))
        if in_team:
            session.add(TeamMember(team_id=team.id, agent_id=agent.id))
        company.agents[login] = agent.id
    for name, (organization, is_primary) in REQUESTERS.items():
        user = people.ensure_user(session, address(name), f"{name.title()} Person")
        user.organization_id, user.is_primary_contact = companies[organization].id, is_primary
        company.users[name] = user.id
    company.departments = {name: row.id for name, row in places.items()}


def _ticket(company: Company, case: Case) -> None:
    """One ticket with everything that belongs to it."""
    word = case.word
    message = InboundMessage(
        channel="portal", sender_address=address(case.owner), sender_name="Somebody", subject=f"About {word('subject')}",
        text=f"It is {word('message')}.", files=(InboundFile(f"{word('file')}.txt", "text/plain", word("content").encode()),),
    )  # fmt: skip
    settled = intake.submit(message, ANONYMOUS)
    assert settled.ticket_id is not None
    case.id = settled.ticket_id
    transact(lambda session: _place(session, company, case))
    secret = InboundFile(f"{word('secretfile')}.txt", "text/plain", word("secretcontent").encode())
    threads.post(system(), ReplyDraft(case.id, "response", f"We think {word('reply')}."))
    threads.post(system(), ReplyDraft(case.id, "note", f"Psst: {word('note')}.", files=(secret,)))
    transact(lambda session: case.files.update(_files(session, case)))


def _place(session: Session, company: Company, case: Case) -> None:
    """Put a ticket where it belongs."""
    ticket = session.get_one(Ticket, case.id)
    team_id = session.scalars(select(Team.id).where(Team.name == "Night shift")).one()
    ticket.department_id = company.departments[case.department]
    ticket.assignee_id = company.agents[case.assignee] if case.assignee else None
    ticket.team_id = team_id if case.in_team else None
    case.number = ticket.number
    now = clock.now()
    if case.referred_to:
        session.add(Referral(ticket_id=case.id, agent_id=company.agents[case.referred_to], created_at=now))
    if case.collaborator and case.collaborator != case.owner:
        session.add(Collaborator(ticket_id=case.id, user_id=company.users[case.collaborator], created_at=now))


def _files(session: Session, case: Case) -> dict[str, int]:
    """ "message" and "note" → the id of the attachment there."""
    rows = session.execute(
        select(ThreadEntry.kind, Attachment.id)
        .join(Attachment, Attachment.entry_id == ThreadEntry.id)
        .where(ThreadEntry.ticket_id == case.id)
    )
    return {row.kind: row.id for row in rows}
