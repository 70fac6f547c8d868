"""Which member of a team gets a ticket: in turn, or whoever has the least open ones."""

from __future__ import annotations

from flask import g
from sqlalchemy import func, select

from hookdesk.api import Agent, Team, TeamMember, Ticket, TicketDraft, reading, scope, system
from hookdesk_filters.models import Turn

IN_TURN, LEAST_BUSY = "turn", "least_busy"
TURN = "p_filters__turn"
_BESIDE = "filters_chosen_beside"


def available(team_id: int) -> list[int]:
    """Members of an active team who are there: active and not on vacation."""
    asked = (
        select(Agent.id)
        .join(TeamMember, TeamMember.agent_id == Agent.id)
        .join(Team, Team.id == TeamMember.team_id)
        .where(Team.id == team_id, Team.is_active, Agent.is_active, ~Agent.on_vacation)
        .order_by(Agent.id)
    )
    return [int(found) for found in reading().scalars(asked)]


def assigned(draft: TicketDraft, team_id: int, way: str) -> TicketDraft:
    """The draft for the team and one of its members; for the team alone while nobody of it is there.

    Two tickets that come at the same moment by different roads may go to the same member: who is next is read before either is stored.
    """
    members = available(team_id)
    draft = draft.replace(team_id=team_id)
    if not members:
        return draft
    pool = f"team:{team_id}"
    beside = _chosen_beside()
    chosen = _next(pool, members, beside) if way == IN_TURN else _least_busy(members, beside)
    beside.append(chosen)
    return draft.replace(assignee_id=chosen).with_rows(TURN, {"pool": pool, "agent_id": chosen}, ticket_column="")


def _chosen_beside() -> list[int]:
    """Who was chosen on the same view of the database, in this order: mails are decided on by the handful, before any of them is stored."""
    known: tuple[object, list[int]] = g.get(_BESIDE, (None, []))
    if known[0] is not reading():
        known = (reading(), [])
        setattr(g, _BESIDE, known)
    return known[1]


def _next(pool: str, members: list[int], beside: list[int]) -> int:
    """The member whose turn is the longest ago."""
    last = select(Turn.agent_id, func.max(Turn.id).label("last")).where(Turn.pool == pool).group_by(Turn.agent_id)
    turns = {row.agent_id: (0, row.last) for row in reading().all(last)}
    turns |= {agent_id: (1, place) for place, agent_id in enumerate(beside)}
    return min(members, key=lambda agent_id: (turns.get(agent_id, (0, 0)), agent_id))


def _least_busy(members: list[int], beside: list[int]) -> int:
    """The member with the fewest open tickets; of equals, the one whose turn would come first."""
    counted = (
        select(Ticket.assignee_id, func.count().label("open"))
        .where(Ticket.assignee_id.in_(members), Ticket.state == "open", scope(system("filters")))
        .group_by(Ticket.assignee_id)
    )
    loads = {row.assignee_id: row.open for row in reading().all(counted)}
    return min(members, key=lambda agent_id: (loads.get(agent_id, 0) + beside.count(agent_id), agent_id))
