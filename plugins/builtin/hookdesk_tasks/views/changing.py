"""What all changes of a task share: run it, say why it could not be, and lead back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Forbidden, NotFound, current_actor, tickets
from hookdesk_tasks.guard import TaskView, access_task, access_task_number
from hookdesk_tasks.recording import TaskProblem

NOTHING = -1
"""An id that nothing has."""


def change(number: str, permission: str, work: Callable[[TaskView], None]) -> Response:
    """Run a change, then lead back to where it was asked for: the task, its ticket, or the list if it is out of sight now."""
    view = access_task_number(current_actor(), number, permission)
    try:
        work(view)
    except (tickets.TicketProblem, Forbidden) as problem:
        flash(_("Nothing was changed: %(reason)s", reason=str(problem)), "danger")
    return redirect(after(view))


def after(view: TaskView) -> str:
    """Where a change leads."""
    if request.form.get("back") == "ticket" and view.ticket_number:
        from hookdesk_tasks.beside import way

        args: dict[str, Any] = {**way(), "number": view.ticket_number}
        return url_for("desk.ticket", **args)
    try:
        access_task(current_actor(), view.id)
    except NotFound:
        flash(_("Task %(number)s is now with others, where you do not see it.", number=view.number), "success")
        return url_for("tasks.queue")
    return url_for("tasks.task", number=view.number)


def chosen(name: str, options: Iterable[Any], now: int | None = None) -> int | None:
    """The id that a menu sent; None for nobody. What was not offered is nothing that there is, so that nobody learns by trying.

    Raises:
        TaskProblem: it is no number.
    """
    text = request.form.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise TaskProblem(_("Choose one of the list."))
    wanted = int(text)
    return wanted if wanted == now or any(one.id == wanted for one in options) else NOTHING
