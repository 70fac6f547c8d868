"""Tasks beside a ticket: made by typing a title, ticked off, a whole checklist at once."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from hookdesk.api import Forbidden, access_number, agent, current_actor, tickets
from hookdesk_tasks import checklists, making
from hookdesk_tasks.beside import way
from hookdesk_tasks.making import NewTask
from hookdesk_tasks.views.blueprint import bp


@bp.post("/agent/tickets/<number>/tasks", endpoint="add")
@agent("task.create")
def add(number: str) -> Response:
    """Add a task (`title`), or those of a checklist (`checklist`)."""
    view = access_number(current_actor(), number)
    listed = request.form.get("checklist", "")
    try:
        if listed.isascii() and listed.isdigit() and len(listed) < 19:
            made = checklists.give(current_actor(), view.id, int(listed))
            flash(ngettext("%(num)d task was added.", "%(num)d tasks were added.", made), "success")
        else:
            making.make(current_actor(), NewTask(request.form.get("title", ""), ticket_id=view.id))
    except (tickets.TicketProblem, Forbidden) as problem:
        flash(_("Nothing was changed: %(reason)s", reason=str(problem)), "danger")
    args: dict[str, Any] = {**way(), "number": view.number, "tasking": "1"}
    return redirect(url_for("desk.ticket", **args))
