"""Who is told of what happened to a task, by mail: agents whom it concerns, and followers where its author wants that."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, select

from hookdesk.api import (
    Agent,
    CoreSettings,
    Department,
    Event,
    NotFound,
    Team,
    TeamMember,
    Ticket,
    UserEmail,
    actors,
    people,
    reading,
    site,
)
from hookdesk_tasks import guard, letters, talking
from hookdesk_tasks.guard import SYSTEM, TaskView, access_task
from hookdesk_tasks.models import Entry
from hookdesk_tasks.settings import Settings


def follow_up(event: Event, settings: Settings) -> None:
    """Tell whom an event concerns."""
    what, after = event.data["what"], event.data["after"]
    try:
        view = access_task(SYSTEM, int(event.data["task_id"]))
    except NotFound:  # it is gone
        return
    if what == "entry":
        _tell_followers(event, view, int(after))
    elif what in ("made", "assignee", "team") and settings.tell_assigned and view.is_open:
        _tell(event, view, _given_to(view, what, after), "assigned")
    elif what == "overdue" and settings.tell_overdue and view.is_late:
        _tell(event, view, _has(view), "overdue")
    elif what == "state" and after == "closed" and settings.tell_closed and view.ticket_id is not None:
        owner = select(Ticket.assignee_id).where(Ticket.id == view.ticket_id)
        _tell(event, view, Agent.id.in_(owner), "closed")


def _given_to(view: TaskView, what: str, after: Any) -> ColumnElement[bool] | None:
    """Whom a task was given to just now, if they still have it."""
    if what == "made":
        return _has(view) if view.assignee_id or view.team_id else None
    if getattr(view, f"{what}_id") != after or after is None:
        return None
    return Agent.id == after if what == "assignee" else Agent.id.in_(_members(int(after)))


def _has(view: TaskView) -> ColumnElement[bool]:
    """Who has a task: its assignee, else its team, else whoever manages its department."""
    if view.assignee_id is not None:
        return Agent.id == view.assignee_id
    if view.team_id is not None:
        return Agent.id.in_(_members(view.team_id))
    return Agent.id.in_(select(Department.manager_id).where(Department.id == view.department_id))


def _members(team_id: int) -> Any:
    """The members of a team who get alerts."""
    told = select(TeamMember.agent_id).join(Team, Team.id == TeamMember.team_id)
    return told.where(Team.id == team_id, Team.is_active, Team.gets_alerts, TeamMember.gets_alerts)


def _tell(event: Event, view: TaskView, which: ColumnElement[bool] | None, why: str) -> None:
    """Mail to those agents who are there and see the task; nobody is told of their own doing."""
    if which is None:
        return
    address = and_(UserEmail.user_id == Agent.user_id, UserEmail.is_primary)
    asked = select(Agent.id, Agent.name, Agent.locale, UserEmail.address).join(UserEmail, address)
    asked = asked.where(which, Agent.is_active, ~Agent.on_vacation, Agent.id != (event.data["agent_id"] or 0))
    for row in reading().all(asked.order_by(Agent.id).limit(200)):
        actor = actors.agent_actor(row.id)
        if actor is not None and guard.sees(actor, view.id):
            with letters.language(row.locale):
                words = letters.alert(view, why, has_subject=guard.sees_ticket(actor, view))
                letters.send(event, row, f"[{view.number}] {view.title}", words, (view.id, 0))


def _tell_followers(event: Event, view: TaskView, entry_id: int) -> None:
    """Mail an update to the followers that its author wanted told."""
    entry = reading().first(
        select(Entry.kind, Entry.text, Entry.html, Entry.author, Entry.told).where(Entry.id == entry_id)
    )
    if entry is None or entry.kind != "update" or not entry.told:
        return
    name = site().settings.get("core", CoreSettings).site_name
    is_public = select(Department.name).where(Department.id == view.department_id, Department.is_public)
    author = people.public_name(entry.author, reading().scalar(is_public) or "")
    for row in talking.followers(view.id):
        if row.address in entry.told:
            with letters.language(row.locale):
                letters.send(event, row, view.title, letters.update(entry, author, name), (view.id, entry_id))
