"""An organization's account manager and followers, as a new ticket meets them; its members, as their contacts see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, select

from hookdesk.api import Agent, Organization, Team, TicketDraft, User, UserEmail, explain, reading

MOST_FOLLOWERS = 50
MOST_MEMBERS = 500


def applied(draft: TicketDraft) -> TicketDraft | None:
    """The draft with the account manager, if nobody is chosen yet, and with the organization's followers."""
    row = _organization(draft.organization_id)
    if row is None:
        return None
    chosen, reasons = _manager(row, draft)
    followers = _followers(row, draft)
    if followers:
        reasons.append(f"{len(followers)} of {row.name} follow its tickets")
    if reasons:
        explain("; ".join(reasons))
    if not chosen and not followers:
        return None
    return draft.replace(**chosen, collaborators=(*draft.collaborators, *followers))


def _organization(organization_id: int | None) -> Row[Any] | None:
    """What an organization says about its tickets."""
    columns = (
        Organization.id, Organization.name, Organization.followers, Organization.assigns_manager,
        Organization.manager_agent_id, Organization.manager_team_id,
    )  # fmt: skip
    return reading().first(select(*columns).where(Organization.id == organization_id)) if organization_id else None


def _manager(row: Row[Any], draft: TicketDraft) -> tuple[dict[str, int], list[str]]:
    """Who is assigned, and why (not)."""
    if not row.assigns_manager or draft.assignee_id is not None or draft.team_id is not None:
        return {}, []
    if row.manager_agent_id is not None:
        agent = reading().first(
            select(Agent.name, Agent.on_vacation).where(Agent.id == row.manager_agent_id, Agent.is_active)
        )
        if agent is not None and not agent.on_vacation:
            return {"assignee_id": row.manager_agent_id}, [f"{agent.name} is the account manager of {row.name}"]
        away = "is on vacation" if agent is not None else "does not work here any more"
        return {}, [f"the account manager of {row.name} {away}, so nobody was assigned"]
    team = reading().scalar(select(Team.name).where(Team.id == row.manager_team_id, Team.is_active))
    if team is None:
        return {}, []
    return {"team_id": row.manager_team_id}, [f"the team {team} manages the account of {row.name}"]


def _followers(row: Row[Any], draft: TicketDraft) -> tuple[int, ...]:
    """Members who follow each ticket of their organization and do not follow this one yet."""
    if row.followers not in ("primary", "everybody"):
        return ()
    chosen = select(User.id).where(User.organization_id == row.id, ~User.is_banned)
    if row.followers == "primary":
        chosen = chosen.where(User.is_primary_contact)
    known = {draft.user_id, *draft.collaborators}
    # primary contacts first, so that they are not the ones whom the bound leaves out
    ordered = chosen.order_by(User.is_primary_contact.desc(), User.id).limit(MOST_FOLLOWERS + len(known))
    return tuple(user_id for user_id in reading().scalars(ordered) if user_id not in known)[:MOST_FOLLOWERS]


def organization(organization_id: int) -> Row[Any] | None:
    """Name and sharing of an organization."""
    columns = select(Organization.name, Organization.sharing, Organization.contacts_share)
    return reading().first(columns.where(Organization.id == organization_id))


def members(organization_id: int) -> Sequence[Row[Any]]:
    """Its members by name: id, name, address, is_primary_contact."""
    asked = (
        select(User.id, User.name, User.is_primary_contact, UserEmail.address)
        .outerjoin(UserEmail, and_(UserEmail.user_id == User.id, UserEmail.is_primary))
        .where(User.organization_id == organization_id, ~User.is_banned)
    )
    return reading().all(asked.order_by(User.name, User.id).limit(MOST_MEMBERS))
