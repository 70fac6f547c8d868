"""Tasks are made here: by agents, from checklists, from an entry of a ticket."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    Department,
    Forbidden,
    StoredFile,
    Team,
    Ticket,
    access_ticket,
    assignment,
    cached,
    clean_line,
    clean_text,
    clock,
    events,
    log,
    numbering,
    reading,
    sanitize_html,
    tickets,
    transact,
    wake_at,
)
from hookdesk_tasks import guard, keeping, settings
from hookdesk_tasks.models import Task
from hookdesk_tasks.recording import TaskProblem, tell

OVERDUE = "tasks.overdue"
"""The job that tells of tasks whose date has passed."""
LONGEST_TITLE, LONGEST_TEXT = 300, 50_000
MOST_OPEN = 200
"""So many open tasks a ticket can have."""


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is said of a task before it is made. Without a department it goes where its ticket lies, or its maker works.

    `html` is the description where it is formatted, `files` are stored already: the pictures in it.
    """

    title: str
    description: str = ""
    ticket_id: int | None = None
    department_id: int | None = None
    assignee_id: int | None = None
    team_id: int | None = None
    due_at: datetime | None = None
    html: str = ""
    files: tuple[StoredFile, ...] = ()


def make(actor: Actor, new: NewTask) -> str:
    """Make a task; its number.

    Raises:
        NotFound, Forbidden: as the guards of tickets and tasks say. TaskProblem: it cannot be made like this.
    """
    place = _place(actor, new)
    if not guard.permitted(actor, "task.create", place):
        raise Forbidden("task.create")
    if (new.assignee_id or new.team_id) and not guard.permitted(actor, "task.assign", place):
        raise Forbidden("task.assign")
    return transact(lambda session: insert(session, actor, replace(new, department_id=place)).number)


def _place(actor: Actor, new: NewTask) -> int:
    """The department of a new task."""
    ticket = access_ticket(actor, new.ticket_id) if new.ticket_id is not None else None
    if ticket is not None and ticket.state == "closed":
        raise TaskProblem(_("The ticket is closed. Open it again before you add to it."))
    if new.department_id is not None:
        return new.department_id
    if ticket is not None:
        return ticket.department_id
    home = select(Agent.department_id).where(Agent.id == actor.agent_id)
    usual = select(Department.id).order_by(Department.is_default.desc(), Department.id).limit(1)
    return reading().scalar(home) or reading().scalar(usual) or 0


def insert(session: Session, actor: Actor, new: NewTask, origin: str | None = None) -> Task:
    """Store a task, with a line in its ticket's log.

    Raises:
        TaskProblem: it has no title or too long a one, its department takes none, or whom it is for cannot have it.
    """
    title, description = checked_words(new.title, new.description)
    department = tickets.find(session, Department, new.department_id)
    if department is None:
        raise TaskProblem(_("That department does not take tasks."))
    agent, team = who(session, actor, department.id, new.assignee_id, new.team_id)
    ticket = tickets.locked(session, new.ticket_id) if new.ticket_id is not None else None
    wanted, now = settings.number_format(settings.current().number_pattern), clock.now()
    wanted = wanted or settings.number_format(settings.USUAL)
    task = Task(
        number=numbering.give(session, wanted, Task.number), title=title, description=description, html=checked_html(new.html),
        ticket_id=new.ticket_id,
        is_bound=new.ticket_id is not None, department_id=department.id, assignee_id=agent.id if agent else None,
        team_id=team.id if team else None, creator=actor.name[:200], state="open", due_at=new.due_at or clock.NEVER, origin=origin,
        updates=1, created_at=now, updated_at=now,
    )  # fmt: skip
    is_first = session.scalar(select(Task.id).limit(1)) is None
    session.add(task)
    session.flush()
    keeping.describe(session, task.id, task.html, new.files)
    if is_first:  # pages that have kept in mind that there is none look again
        log.changed(session, actor, "task", task.number, {}, words=f"{actor.name} made the first task, {task.number}")
    if ticket is not None:
        _log_on(session, ticket, actor, task)
    tell(session, task, actor, "made", None, title)
    wake_for(session, task)
    return task


def _log_on(session: Session, ticket: Ticket, actor: Actor, task: Task) -> None:
    """Say on the ticket that it has a task more."""
    open_now = select(Task.id).where(Task.ticket_id == ticket.id, Task.state == "open").limit(MOST_OPEN + 1)
    if len(session.scalars(open_now).all()) > MOST_OPEN:
        raise TaskProblem(_("A ticket can have %(most)s open tasks at most.", most=MOST_OPEN))
    events.log(session, ticket, actor, "task_made", after=f"{task.number} {task.title}", task_id=task.id)


def in_use() -> bool:
    """False on a site without any task, whose pages then need not ask."""
    return cached("tasks.in_use", lambda: reading().scalar(select(Task.id).limit(1)) is not None)


def checked_words(title: str, description: str) -> tuple[str, str]:
    """Title and description as they are stored.

    Raises:
        TaskProblem: there is no title, or one of them is too long.
    """
    title, description = clean_line(title).strip(), clean_text(description).strip()
    if not title:
        raise TaskProblem(_("Say what is to be done."))
    if len(title) > LONGEST_TITLE:
        raise TaskProblem(
            _("A title has at most %(most)s characters. Put the rest into the description.", most=LONGEST_TITLE)
        )
    if len(description) > LONGEST_TEXT:
        raise TaskProblem(_("The description is too long. Attach it as a file."))
    return title, description


def checked_html(html: str) -> str:
    """A formatted description as it is stored; "" if nothing is formatted.

    Raises:
        TaskProblem: it is too long.
    """
    html = sanitize_html(html) if html else ""
    if len(html) > 4 * LONGEST_TEXT:
        raise TaskProblem(_("The description is too long. Attach it as a file."))
    return html


def who(
    session: Session, actor: Actor, department_id: int | None, agent_id: int | None, team_id: int | None
) -> tuple[Agent | None, Team | None]:
    """Agent and team, if they can have tasks of that department.

    Raises:
        TaskProblem: they are gone, away, or its rule leaves them out.
    """
    agent, team = tickets.find(session, Agent, agent_id), tickets.find(session, Team, team_id)
    if (agent_id and agent is None) or (team_id and team is None):
        raise TaskProblem(_("That agent or team does not work here any more."))
    if agent is not None and agent.on_vacation and agent.id != actor.agent_id:
        raise TaskProblem(_("%(name)s is on vacation.", name=agent.name))
    if agent is not None and department_id is not None and not assignment.allows(session, department_id, agent.id):
        raise TaskProblem(
            _("Only members of the department can be assigned its tasks; %(name)s is none.", name=agent.name)
        )
    return agent, team


def wake_for(session: Session, task: Task) -> None:
    """See that the job looks at a task when its date has passed."""
    if task.state == "open" and task.due_at < clock.NEVER:
        wake_at(session, OVERDUE, task.due_at)
