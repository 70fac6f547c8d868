"""Checklists in the admin panel."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import Agent, Department, NotFound, Team, WebHooks, admin, current_actor, reading, site
from hookdesk_tasks import checklists
from hookdesk_tasks.checklists import Line
from hookdesk_tasks.recording import TaskProblem
from hookdesk_tasks.views.blueprint import panel

Page = str | Response | tuple[str, int]
EMPTY_LINES = 3
MOST_CHOICES = 500


@panel.get("/admin/checklists", endpoint="checklists")
@admin
def index() -> str:
    """All of them."""
    rows = checklists.every()
    return render_template("tasks/checklists.html", rows=rows, lines={row.id: checklists.lines(row.id) for row in rows})


@panel.route("/admin/checklists/new", methods=["GET", "POST"], endpoint="checklist_new")
@admin
def new() -> Page:
    """A new one."""
    return _edit(None)


@panel.route("/admin/checklists/<int:checklist_id>", methods=["GET", "POST"], endpoint="checklist")
@admin
def edit(checklist_id: int) -> Page:
    """Change one."""
    found = next((row for row in checklists.every() if row.id == checklist_id), None)
    if found is None:
        raise NotFound("no such checklist")
    return _edit(found)


@panel.post("/admin/checklists/<int:checklist_id>/delete", endpoint="checklist_delete")
@admin
def delete(checklist_id: int) -> Response:
    """Delete one."""
    checklists.remove(current_actor(), checklist_id)
    flash(_("The checklist is deleted. The tasks that it made stay."))
    return redirect(url_for("tasks__admin.checklists"))


def _edit(found: Any) -> Page:
    """Show the form, or store what it holds."""
    problem = ""
    name, is_active, lines = (found.name, found.is_active, checklists.lines(found.id)) if found else ("", True, [])
    if request.method == "POST":
        name, is_active, lines = request.form.get("name", ""), "is_active" in request.form, _sent()
        if request.form.get("act") != "more":
            try:
                checklists.save(current_actor(), name, lines, is_active, found.id if found else None)
            except TaskProblem as error:
                problem = str(error)
            else:
                flash(_("The checklist %(name)s is saved.", name=name), "success")
                return redirect(url_for("tasks__admin.checklists"))
    page = render_template(
        "tasks/checklist.html",
        found=found,
        name=name,
        is_active=is_active,
        lines=[*lines, *([Line("")] * EMPTY_LINES)],
        problem=problem,
        departments=_choices(Department, _("Where the ticket lies")),
        agents=_choices(Agent, _("Nobody")),
        teams=_choices(Team, _("No team")),
        others=site().hooks.collect(WebHooks.reference_uses, ref=f"checklist:{found.id}") if found else [],
    )
    return (page, 422) if problem else page


def _sent() -> list[Line]:
    """The lines of the form, without those that have no title."""
    given = {
        name: request.form.getlist(name) for name in ("title", "description", "department", "assignee", "team", "days")
    }
    rows = zip(*given.values(), strict=False)
    return [
        Line(title, description, _number(department), _number(assignee), _number(team), _number(days))
        for title, description, department, assignee, team, days in rows
        if title.strip()
    ]


def _number(text: str) -> int | None:
    """A number that was sent."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _choices(model: Any, nothing: str) -> list[tuple[str, str]]:
    """What a menu offers."""
    rows = reading().all(select(model.id, model.name).where(model.is_active).order_by(model.name).limit(MOST_CHOICES))
    return [("", nothing), *((str(row.id), row.name) for row in rows)]
