"""One property of a task at a time; each form saves at once."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, request, url_for
from flask_babel import get_timezone
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import agent, clock, current_actor, tickets
from hookdesk_desk import people
from hookdesk_desk.directory import directory
from hookdesk_tasks import changing, closing, talking
from hookdesk_tasks.forms import WordsForm
from hookdesk_tasks.guard import TaskView, access_task_number
from hookdesk_tasks.recording import TaskProblem
from hookdesk_tasks.views.blueprint import bp
from hookdesk_tasks.views.changing import NOTHING, change, chosen


@bp.post("/agent/tasks/<number>/assign", endpoint="assign")
@agent()
def assign(number: str) -> Response:
    """Give it to an agent (`assignee`) or nobody; its team stays."""

    def work(view: TaskView) -> None:
        wanted = chosen("assignee", directory().agents, view.assignee_id)
        changing.assign(current_actor(), view.id, wanted, view.team_id)

    return change(number, "task.assign", work)


@bp.post("/agent/tasks/<number>/team", endpoint="team")
@agent()
def team(number: str) -> Response:
    """Give it to a team (`team`) or none; its assignee stays."""

    def work(view: TaskView) -> None:
        changing.assign(current_actor(), view.id, view.assignee_id, chosen("team", directory().teams, view.team_id))

    return change(number, "task.assign", work)


@bp.post("/agent/tasks/<number>/claim", endpoint="claim")
@agent()
def claim(number: str) -> Response:
    """Take it oneself."""
    return change(number, "task.assign", lambda view: changing.claim(current_actor(), view.id))


@bp.post("/agent/tasks/<number>/transfer", endpoint="transfer")
@agent()
def transfer(number: str) -> Response:
    """Move it to another department (`department`)."""

    def work(view: TaskView) -> None:
        wanted = chosen("department", directory().departments, view.department_id)
        changing.transfer(current_actor(), view.id, wanted or NOTHING)

    return change(number, "task.transfer", work)


@bp.post("/agent/tasks/<number>/due", endpoint="due")
@agent()
def due(number: str) -> Response:
    """Set the date (`due`, by the reader's clocks), or take it back (empty)."""
    return change(
        number,
        "task.edit",
        lambda view: changing.set_due(current_actor(), view.id, moment(request.form.get("due", ""))),
    )


def moment(text: str) -> datetime | None:
    """A date and time as a form sends it.

    Raises:
        TaskProblem: it is none.
    """
    try:
        return clock.local(datetime.fromisoformat(text), get_timezone()) if text else None
    except ValueError:
        raise TaskProblem(_("That is no date and time.")) from None


@bp.post("/agent/tasks/<number>/words", endpoint="words")
@agent()
def words(number: str) -> Response:
    """Say anew what is to be done (`title`, `description`)."""
    form = WordsForm()

    def work(view: TaskView) -> None:
        if not form.validate():
            raise TaskProblem(" ".join(str(said[0]) for said in form.problems().values() if said))
        given = (form.title.data or "", form.description.data or "", form.description.html, form.kept.data)
        changing.set_words(current_actor(), view.id, *given)

    return change(number, "task.edit", work)


@bp.post("/agent/tasks/<number>/state", endpoint="state")
@agent()
def state(number: str) -> Response:
    """Close it (`open` is "0") or open it again."""
    is_open = request.form.get("open") == "1"
    return change(number, "task.close", lambda view: closing.set_open(current_actor(), view.id, is_open))


@bp.post("/agent/tasks/<number>/follow", endpoint="follow")
@agent()
def follow(number: str) -> Response:
    """Let a known user follow it (`person`: an address or a name)."""

    def work(view: TaskView) -> None:
        address, _name = people.named(current_actor(), request.form.get("person", ""))
        talking.follow(current_actor(), view.id, address)

    return change(number, "task.edit", work)


@bp.post("/agent/tasks/<number>/unfollow/<int:user_id>", endpoint="unfollow")
@agent()
def unfollow(number: str, user_id: int) -> Response:
    """Let somebody follow it no longer."""
    return change(number, "task.edit", lambda view: talking.unfollow(current_actor(), view.id, user_id))


@bp.post("/agent/tasks/<number>/delete", endpoint="delete")
@agent()
def delete(number: str) -> Response:
    """Delete it."""
    view = access_task_number(current_actor(), number, "task.delete")
    try:
        closing.remove(current_actor(), view.id)
    except tickets.TicketProblem as problem:
        flash(str(problem), "danger")
    else:
        flash(_("Task %(number)s was deleted.", number=view.number), "success")
    return redirect(url_for("tasks.queue"))
