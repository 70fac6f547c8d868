"""Where the section of a department's page is sent."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response

from hookdesk.api import agent, current_actor, directory
from hookdesk_sla import departments
from hookdesk_sla.views.blueprint import bp


@bp.post("/agent/sla/departments/<int:department_id>", endpoint="department")
@agent()
def save(department_id: int) -> Response:
    """Set plan (`sla`) and schedule (`schedule`) of a department."""
    actor = current_actor()
    try:
        departments.save(actor, department_id, request.form.get("sla", ""), request.form.get("schedule"))
    except (ValueError, directory.DirectoryProblem) as problem:
        flash(_("Nothing was changed: %(reason)s", reason=str(problem)), "danger")
    else:
        flash(_("Saved."), "success")
    manager: tuple[str, dict[str, Any]] = ("directory.department", {"department_id": department_id})
    administrator: tuple[str, dict[str, Any]] = ("admin.department_edit", {"row_id": department_id})
    for endpoint, given in (administrator, manager) if actor.is_admin else (manager,):
        try:
            return redirect(url_for(endpoint, **given))
        except BuildError:  # that plugin is switched off
            continue
    return redirect("/")
