"""Who takes part in a ticket: its requester, those who follow it, those it was shown to; and who could be asked to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Integer, Row, Select, and_, bindparam, func, or_, select

from hookdesk.api import (
    Actor,
    Agent,
    Collaborator,
    Department,
    Referral,
    Status,
    Team,
    Ticket,
    TicketView,
    User,
    UserEmail,
    known_users,
    participants,
    people,
    reading,
    scope,
    scoped,
    tickets,
)

SUGGESTED = 8
MOST_COUNTED = 50
"""A requester's tickets are counted so far: each one is looked at, and some have hundreds."""
SHORTEST = 2
"""So many characters have to be typed before anybody is suggested."""
_ADDRESS = (
    select(UserEmail.address)
    .where(UserEmail.user_id == User.id)
    .order_by(UserEmail.is_primary.desc(), UserEmail.id)
    .limit(1)
    .scalar_subquery()
)
_PEOPLE = select(User.id, User.name, User.phone, User.timezone, User.is_banned, _ADDRESS.label("address"))
_REFERRED = (
    select(
        Referral.agent_id, Referral.team_id, Referral.department_id, Agent.name.label("agent"), Team.name.label("team"),
        Department.name.label("department"),
    )
    .outerjoin(Agent, Agent.id == Referral.agent_id)
    .outerjoin(Team, Team.id == Referral.team_id)
    .outerjoin(Department, Department.id == Referral.department_id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Referred:
    """An agent, a team or a department that a ticket was shown to."""

    kind: str
    id: int
    name: str

    @property
    def key(self) -> str:
        """How forms name it, as in "agent:3"."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class People:
    """Who takes part: `owner` (None if they are gone), `followers` with or without mail, how many it was `shown` to, and whom."""

    owner: Row[Any] | None
    followers: Sequence[Row[Any]]
    shown: int
    referred: Sequence[Referred]

    @property
    def tickets(self) -> str:
        """How many tickets the requester has, in words."""
        count = self.owner.tickets if self.owner else 0
        if count > MOST_COUNTED:
            return str(_("%(num)d+ tickets", num=MOST_COUNTED))
        return str(ngettext("%(num)d ticket", "%(num)d tickets", count))

    @property
    def copied(self) -> list[Row[Any]]:
        """Those who get a copy of a reply."""
        return [row for row in self.followers if row.is_active and row.address and not row.is_banned]


def of(actor: Actor, view: TicketView, with_referred: bool) -> People:
    """All of them; `tickets` counts those of the requester that the actor sees, as far as is told.

    Whom it was shown to is read if that is wanted, and if there are any; else they are only counted.
    """
    rows = reading().all(scoped(actor, _taking_part), {"ticket_id": view.id, "owner_id": view.user_id})
    owner = next((row for row in rows if row.id == view.user_id), None)
    followers = [row for row in rows if row.id != view.user_id]
    shown = rows[0].shown if rows else 0
    return People(owner, followers, shown, referred(view) if with_referred and shown else ())


def _taking_part(within: ColumnElement[bool]) -> Select[Any]:
    """The query of `of` for a ticket and its owner."""
    ticket_id, owner_id = bindparam("ticket_id", type_=Integer), bindparam("owner_id", type_=Integer)
    follows = and_(Collaborator.ticket_id == ticket_id, Collaborator.user_id == User.id)
    following = select(Collaborator.user_id).where(Collaborator.ticket_id == ticket_id)
    shown = select(func.count()).select_from(Referral).where(Referral.ticket_id == ticket_id).scalar_subquery()
    return (
        _PEOPLE.add_columns(
            Collaborator.is_active, _count_within(within, owner_id).label("tickets"), shown.label("shown")
        )
        .outerjoin(Collaborator, follows)
        .where(or_(User.id == owner_id, User.id.in_(following)))
        .order_by(User.name)
        .limit(participants.MOST + 1)
    )


def _count_within(within: ColumnElement[bool], owner_id: ColumnElement[int]) -> Any:
    """How many tickets of a requester lie within a scope, and no further than one more than is told, as a column."""
    seen = select(Ticket.id).where(Ticket.user_id == owner_id, within).limit(MOST_COUNTED + 1)
    return select(func.count()).select_from(seen.subquery()).scalar_subquery()


def others(actor: Actor, view: TicketView) -> Sequence[Row[Any]]:
    """The requester's newest other tickets that the actor sees."""
    asked = (
        select(Ticket.number, Ticket.subject, Status.name.label("status_name"), Status.look.label("status_look"))
        .join(Status, Status.id == Ticket.status_id)
        .where(Ticket.user_id == view.user_id, Ticket.id != view.id, scope(actor))
    )
    return reading().all(asked.order_by(Ticket.last_activity_at.desc(), Ticket.id.desc()).limit(SUGGESTED))


def referred(view: TicketView) -> list[Referred]:
    """Whom the ticket was shown to, the first one first."""
    asked = _REFERRED.where(Referral.ticket_id == view.id).order_by(Referral.id).limit(participants.MOST)
    return [
        Referred(kind, row_id, name)
        for row in reading().all(asked)
        for kind, row_id, name in (
            ("agent", row.agent_id, row.agent),
            ("team", row.team_id, row.team),
            ("department", row.department_id, row.department),
        )
        if row_id is not None and name is not None
    ]


def suggested(actor: Actor, text: str) -> list[Row[Any]]:
    """A few users whose name or address has that text, the newest first: those whom the actor may know of."""
    wanted = " ".join(text.split())[:100]
    if len(wanted) < SHORTEST:
        return []
    has_address = select(UserEmail.id).where(
        UserEmail.user_id == User.id, UserEmail.address.icontains(wanted, autoescape=True)
    )
    return _known(actor, or_(User.name.icontains(wanted, autoescape=True), has_address.exists()), SUGGESTED)


def _known(actor: Actor, which: ColumnElement[bool], most: int) -> list[Row[Any]]:
    """Users, but without the permission to look through all of them only those who have a ticket that the actor sees."""
    asked = select(User.id, User.name, _ADDRESS.label("address")).where(which, User.is_banned.is_(False))
    asks = select(Ticket.id).where(Ticket.user_id == User.id, scope(actor)).exists()
    asked = asked.where(known_users(actor) if actor.may("user.directory") else asks)
    return [row for row in reading().all(asked.order_by(User.id.desc()).limit(most)) if row.address]


def named(actor: Actor, text: str) -> tuple[str, str]:
    """Address and name of the person whom somebody typed: an address, "Name <address>", or the name of exactly one user.

    Raises:
        TicketProblem: it is nobody, or several.
    """
    name, address = parseaddr(text[:500])
    if people.normal_address(address):
        return address, name
    wanted = people.clean_name(text)
    found = _known(actor, User.name == wanted, 2) if wanted else []
    if len(found) != 1:
        raise tickets.TicketProblem(_("Write an e-mail address, or choose somebody of the list."))
    return found[0].address, found[0].name
