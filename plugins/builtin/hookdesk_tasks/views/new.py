"""A new task: by itself, for a ticket, or from something that was written there."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import (
    Forbidden,
    ThreadEntry,
    TicketView,
    access_number,
    agent,
    carried,
    current_actor,
    entry_scope,
    id_argument,
    reading,
    tickets,
)
from hookdesk_desk.directory import directory
from hookdesk_tasks import making, queues
from hookdesk_tasks.forms import NewForm
from hookdesk_tasks.making import NewTask
from hookdesk_tasks.views.blueprint import bp
from hookdesk_tasks.views.changes import moment
from hookdesk_tasks.views.changing import chosen

QUOTED = 5000


@bp.route("/agent/tasks/new", methods=["GET", "POST"], endpoint="new")
@agent("task.create")
def new() -> str | Response | tuple[str, int]:
    """The form. `?ticket=<number>` makes it for a ticket, `?entry=<id>` takes the words of one of its entries along."""
    number = request.values.get("ticket", "")
    ticket = access_number(current_actor(), number) if number else None
    form = NewForm(data=_given(ticket))
    _fill(form, ticket)
    form.description.upload = url_for("core.upload")
    form.description.files = [carried(file) for file in form.kept.data or ()]
    error = ""
    if form.validate_on_submit():
        try:
            made = making.make(current_actor(), _new(form, ticket))
        except (tickets.TicketProblem, Forbidden) as problem:
            error = str(problem)
        else:
            flash(_("Task %(number)s was made.", number=made), "success")
            return redirect(
                url_for("desk.ticket", number=ticket.number) if ticket else url_for("tasks.task", number=made)
            )
    page = render_template(
        "tasks/new.html", form=form, ticket=ticket, error=error, items=queues.nav_items(current_actor())
    )
    return (page, 422) if error or form.errors else page


def _given(ticket: TicketView | None) -> dict[str, Any]:
    """What a new form shows."""
    given: dict[str, Any] = {
        "ticket": ticket.number if ticket else "",
        "department": str(ticket.department_id) if ticket else "",
    }
    entry_id = id_argument("entry")
    if ticket is None or entry_id is None:
        return given
    seen = (ThreadEntry.id == entry_id, ThreadEntry.ticket_id == ticket.id, entry_scope(current_actor()))
    text = reading().scalar(select(ThreadEntry.text).where(*seen)) or ""
    return {**given, "description": text[:QUOTED], "title": ticket.subject[: making.LONGEST_TITLE]}


def _fill(form: NewForm, ticket: TicketView | None) -> None:
    """What the menus offer."""
    places = directory()
    home = _("Where the ticket lies") if ticket else _("Your department")
    for field, label, options in (
        (form.department, home, places.departments),
        (form.assignee, _("Nobody"), places.agents),
        (form.team, _("None"), places.teams),
    ):
        field.choices = [("", label), *((str(one.id), one.name) for one in options)]


def _new(form: NewForm, ticket: TicketView | None) -> NewTask:
    """What was filled in."""
    places = directory()
    return NewTask(
        form.title.data or "",
        form.description.data or "",
        ticket.id if ticket else None,
        chosen("department", places.departments),
        chosen("assignee", places.agents),
        chosen("team", places.teams),
        moment(form.due.data.isoformat() if form.due.data else ""),
        form.description.html,
        form.kept.data,
    )
