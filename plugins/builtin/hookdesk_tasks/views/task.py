"""A task's own page, as paper, and its files."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import to_user_timezone
from sqlalchemy import select

from hookdesk.api import NotFound, StoredFile, agent, current_actor, reading, stored_file
from hookdesk_desk.directory import directory
from hookdesk_tasks import guard, queues, talking, thread
from hookdesk_tasks.guard import TaskView, access_task_number, sees_ticket
from hookdesk_tasks.models import File
from hookdesk_tasks.views.blueprint import bp

MAY = ("edit", "assign", "transfer", "reply", "close", "delete")


@bp.get("/agent/tasks/<number>", endpoint="task")
@agent()
def task_page(number: str) -> str:
    """One task."""
    return render(access_task_number(current_actor(), number))


def render(view: TaskView, written: dict[str, Any] | None = None) -> str:
    """The page; `written` is what stands in the composer after something was wrong with it."""
    actor, places = current_actor(), directory()
    is_editing = request.args.get("edit") == "1"
    nobody = ("", _("Nobody"))
    return render_template(
        "tasks/task.html",
        task=view,
        can={name: guard.permitted(actor, f"task.{name}", view.department_id) for name in MAY},
        is_own=view.assignee_id == actor.agent_id,
        items=queues.nav_items(actor),
        thread=thread.read(view),
        description=thread.description(view),
        pictures=thread.pictures(view) if is_editing else [],
        followers=talking.followers(view.id),
        ticket_url=_ticket_url(view),
        agents=_with_now([nobody, *_pairs(places.agents)], view.assignee_id, view.assignee),
        teams=_with_now([("", _("None")), *_pairs(places.teams)], view.team_id, view.team),
        departments=_with_now(_pairs(places.departments), view.department_id, view.department),
        due=to_user_timezone(view.due).strftime("%Y-%m-%dT%H:%M") if view.due else "",
        written=written or {},
        is_editing=is_editing,
    )


def _ticket_url(view: TaskView) -> str:
    """The page of its ticket, for who sees that; a task of one's own can lie on a ticket of others."""
    return url_for("desk.ticket", number=view.ticket_number) if sees_ticket(current_actor(), view) else ""


def _pairs(options: Any) -> list[tuple[str, str]]:
    """A menu."""
    return [(str(one.id), one.name) for one in options]


def _with_now(menu: list[tuple[str, str]], now: int | None, name: str | None) -> list[tuple[str, str]]:
    """A menu with what is set now."""
    if now is None or any(key == str(now) for key, _name in menu):
        return menu
    return [*menu, (str(now), name or str(now))]


@bp.get("/agent/tasks/<number>/print", endpoint="print")
@agent()
def paper(number: str) -> str:
    """The task as paper; `?notes=1` with its notes."""
    view = access_task_number(current_actor(), number)
    with_notes = request.args.get("notes") == "1"
    shown = [one for one in thread.read(view) if one.kind == "reply" or (with_notes and one.kind == "note")]
    return render_template(
        "tasks/print.html", task=view, thread=shown, description=thread.description(view), with_notes=with_notes,
        ticket_url=_ticket_url(view),
    )  # fmt: skip


@bp.get("/agent/tasks/<number>/files/<int:file_id>/<name>", endpoint="file")
@agent()
def file(number: str, file_id: int, name: str) -> Response:
    """A file of a task. `name` is for people and not looked at."""
    view = access_task_number(current_actor(), number)
    columns = (File.filename, File.content_type, File.size, File.sha256, File.storage)
    row = reading().first(select(*columns).where(File.task_id == view.id, File.id == min(file_id, 2**63 - 1)))
    if row is None:
        raise NotFound("no such file")
    return make_response(stored_file(StoredFile(**row._mapping)))
