"""The departments that somebody manages: who works there, and who is away."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import agent, current_actor
from hookdesk_directory import services
from hookdesk_directory.views.blueprint import bp


@bp.get("/departments", endpoint="departments")
@agent()
def managed() -> str | Response:
    """Those that the agent manages; for who manages one, that one."""
    actor = current_actor()
    if not actor.manages:
        abort(403)
    rows = services.managed(actor)
    if len(rows) == 1:
        return redirect(url_for("directory.department", department_id=rows[0].id))
    return render_template("directory/departments.html", rows=rows)


@bp.get("/departments/<int:department_id>", endpoint="department")
@agent()
def department_page(department_id: int) -> str:
    """One of them, with its members."""
    row = services.department(current_actor(), department_id)
    return render_template("directory/department.html", department=row, members=services.members(row.id))


@bp.post("/departments/<int:department_id>/members/<int:agent_id>/vacation", endpoint="vacation")
@agent()
def vacation(department_id: int, agent_id: int) -> Response:
    """Say that a member is away (`vacation` is "1"), or back."""
    is_away = request.form.get("vacation") == "1"
    name = services.set_vacation(current_actor(), department_id, agent_id, is_away)
    flash(
        _("%(name)s is on vacation: nothing new is assigned to them.", name=name)
        if is_away
        else _("%(name)s is back.", name=name),
        "success",
    )
    return redirect(url_for("directory.department", department_id=department_id))
