"""Updates and notes."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Forbidden, agent, carried, current_actor, tickets
from hookdesk_tasks import talking
from hookdesk_tasks.forms import EntryForm
from hookdesk_tasks.guard import TaskView, access_task_number
from hookdesk_tasks.talking import Written
from hookdesk_tasks.views import task
from hookdesk_tasks.views.blueprint import bp

Answer = Response | tuple[str, int]


@bp.post("/agent/tasks/<number>/update", endpoint="update")
@agent()
def update(number: str) -> Answer:
    """Add an update."""
    return _post(access_task_number(current_actor(), number, "task.reply"), "update")


@bp.post("/agent/tasks/<number>/note", endpoint="note")
@agent()
def note(number: str) -> Answer:
    """Add a note for agents alone."""
    return _post(access_task_number(current_actor(), number), "note")


def _post(view: TaskView, kind: str) -> Answer:
    """Store what was written; on any problem the page comes back with the text in it."""
    form = EntryForm()
    if not form.validate():
        return _again(view, form, kind, " ".join(str(words[0]) for words in form.problems().values() if words))
    wanted = {"open": True, "closed": False}.get(form.state.data or "")
    text, html, files = form.message.data or "", form.message.html, form.attachments.files()
    written = Written(kind, text, files, bool(form.tells.data), wanted, html, form.kept.data)
    try:
        talking.write(current_actor(), view.id, written)
    except (tickets.TicketProblem, Forbidden) as problem:
        return _again(view, form, kind, str(problem))
    flash(_("Update added.") if kind == "update" else _("Note added."), "success")
    return redirect(url_for("tasks.task", number=view.number))


def _again(view: TaskView, form: EntryForm, kind: str, error: str) -> tuple[str, int]:
    """The page with the text kept and the reason."""
    if any(request.files.getlist("attachments")):
        error = f"{error} {_('Choose the files again: a browser does not keep them.')}"
    kept = [carried(file) for file in form.kept.data]
    written = {
        "mode": kind, "text": form.message.data or "", "html": form.message.html, "kept": kept, "error": error,
        "tells": form.tells.data,
    }  # fmt: skip
    return task.render(view, written), 422
