"""The people of a site in bulk: departments, agents, teams, organizations and users, written in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Agent,
    AgentDepartment,
    Department,
    Organization,
    Role,
    Team,
    TeamMember,
    User,
    UserEmail,
    follow_ids,
    next_id,
)
from hookdesk_demo import words
from hookdesk_demo.batch import Row, insert_rows

DEPARTMENTS = ("Orders", "Workshop", "Billing", "IT")
"""Besides the default one, which stands for "Support"."""
TEAMS = ("Spring campaign", "Returns")


class Worker(NamedTuple):
    """An agent."""

    id: int
    user_id: int
    name: str


class Requester(NamedTuple):
    """A user who writes."""

    id: int
    name: str
    address: str
    organization_id: int | None


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is there. `workers` and `departments` go by the department's name, "Support" being the default one."""

    departments: dict[str, int]
    workers: dict[str, list[Worker]]
    teams: list[int]
    requesters: list[Requester]

    def agents(self) -> list[Worker]:
        """Everybody who works here, once."""
        return sorted({worker for found in self.workers.values() for worker in found})


def write(session: Session, chance: Random, tickets: int, now: datetime) -> Cast:
    """Write as many people as a site with so many tickets has: up to 30 agents, 5,000 users, 300 organizations."""
    began = now - timedelta(days=1000)
    organizations = _organizations(session, chance, max(5, min(300, tickets // 33)), began)
    requesters = _users(session, chance, max(20, min(5000, tickets // 2)), organizations, began)
    departments = _departments(session)
    workers = _agents(session, chance, max(10, min(30, tickets // 20)), departments, began)
    made = Cast(departments, workers, _teams(session), requesters)
    _join(session, made)
    follow_ids(session, Organization, User, UserEmail, Agent)
    return made


def _organizations(session: Session, chance: Random, count: int, began: datetime) -> list[int]:
    """Organizations with names that nobody has yet; their ids."""
    names = set(session.scalars(select(Organization.name)))
    first, rows = next_id(session, Organization), list[Row]()
    while len(rows) < count:
        name = f"{words.company(chance)}, {chance.choice(words.names()['city'])}"
        if name not in names:
            names.add(name)
            rows.append({"id": first + len(rows), "name": name, "notes": "", "created_at": began})
    insert_rows(session, Organization, rows)
    return [row["id"] for row in rows]


def _users(
    session: Session, chance: Random, count: int, organizations: Sequence[int], began: datetime
) -> list[Requester]:
    """Users, two thirds of them in an organization, with one address each."""
    first, first_address = next_id(session, User), next_id(session, UserEmail)
    found, rows, addresses = [], [], []
    for index in range(count):
        name = words.person(chance)
        organization = chance.choice(organizations) if chance.random() < 0.66 else None
        address = f"{words.ascii_of(name)}.{first + index}@org{organization or 0}.example"
        found.append(Requester(first + index, name, address, organization))
        rows.append(_user(first + index, name, organization, began))
        addresses.append(_address(first_address + index, first + index, address))
    insert_rows(session, User, rows)
    insert_rows(session, UserEmail, addresses)
    return found


def _user(row_id: int, name: str, organization: int | None, began: datetime) -> Row:
    """A row of `user`."""
    return {"id": row_id, "name": name, "organization_id": organization, "created_at": began}


def _address(row_id: int, user_id: int, address: str) -> Row:
    """A row of `user_email`."""
    return {"id": row_id, "user_id": user_id, "address": address, "is_primary": True}


def _departments(session: Session) -> dict[str, int]:
    """The departments by name, made where they are missing; the default one also as "Support"."""
    known = {name: row_id for row_id, name in session.execute(select(Department.id, Department.name))}
    for name in DEPARTMENTS:
        if name not in known:
            row = Department(name=name, is_public=name != "IT")
            session.add(row)
            session.flush()
            known[name] = row.id
    default = session.scalar(select(Department.id).order_by(Department.is_default.desc(), Department.id).limit(1))
    assert default is not None  # every site has one
    return {name: known[name] for name in DEPARTMENTS} | {"Support": default}


def _agents(
    session: Session, chance: Random, count: int, departments: dict[str, int], began: datetime
) -> dict[str, list[Worker]]:
    """Agents, spread over the departments; some work in a second one too."""
    role = session.scalar(select(Role.id).where(Role.name == "Agent")) or session.scalar(select(Role.id).limit(1))
    places = list(departments)
    user_id, address_id, agent_id = next_id(session, User), next_id(session, UserEmail), next_id(session, Agent)
    workers: dict[str, list[Worker]] = {place: [] for place in places}
    users, addresses, agents, further = [], [], [], []
    for index in range(count):
        name, place = words.person(chance), places[index % len(places)]
        login = f"{words.ascii_of(name)}.{agent_id + index}"
        worker = Worker(agent_id + index, user_id + index, name)
        workers[place].append(worker)
        users.append(_user(worker.user_id, name, None, began))
        addresses.append(_address(address_id + index, worker.user_id, f"{login}@alder-cycles.example"))
        agents.append({
            "id": worker.id, "user_id": worker.user_id, "login": login, "name": name, "department_id": departments[place],
            "role_id": role, "signature": f"{name}\nAlder Cycles", "created_at": began,
        })  # fmt: skip
        if index % 3 == 0:
            second = places[(index + 1) % len(places)]
            workers[second].append(worker)
            further.append({"agent_id": worker.id, "department_id": departments[second], "role_id": role})
    for model, rows in ((User, users), (UserEmail, addresses), (Agent, agents), (AgentDepartment, further)):
        insert_rows(session, model, rows)
    return workers


def _teams(session: Session) -> list[int]:
    """The teams, made where they are missing."""
    made = []
    for name in TEAMS:
        team = session.scalar(select(Team).where(Team.name == name))
        if team is None:
            team = Team(name=name)
            session.add(team)
            session.flush()
        made.append(team.id)
    return made


def _join(session: Session, cast: Cast) -> None:
    """Put every fourth agent into the first team, the next ones into the second."""
    for place, team_id in enumerate(cast.teams):
        session.add_all(TeamMember(team_id=team_id, agent_id=worker.id) for worker in cast.agents()[place::4])
    session.flush()
