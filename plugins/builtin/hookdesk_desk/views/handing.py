"""Handing a ticket over: assignee, team, department and status at once, with a note for whoever gets it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import (
    Forbidden,
    NotFound,
    ReplyDraft,
    TicketView,
    access_number,
    agent,
    current_actor,
    threads,
    tickets,
)
from hookdesk_desk import page, trail
from hookdesk_desk.directory import directory
from hookdesk_desk.views.blueprint import bp
from hookdesk_desk.views.changing import back, gone, offered

Answer = Response | str | tuple[str, int]


@bp.route("/tickets/<number>/hand-over", endpoint="hand_over", methods=["GET", "POST"])
@agent()
def hand_over(number: str) -> Answer:
    """What is given is changed: `department`, `assignee`, `team`, `status`; the note (`note`) stands before that in the thread."""
    view = access_number(current_actor(), number)
    if request.method == "GET":
        return _page(view)
    actor, note = current_actor(), request.form.get("note", "").strip()
    try:
        if note:
            threads.post(actor, ReplyDraft(view.id, "note", note.replace("\r\n", "\n"), channel="desk"))
            note = ""  # it stands in the thread, and must not be sent again with what follows
            flash(_("Note added."), "success")
        _move(view)
    except (tickets.TicketProblem, Forbidden) as problem:
        return _page(view, note, str(problem)), 422
    try:
        access_number(current_actor(), number)
    except NotFound:
        return gone(number)
    flash(_("Ticket %(number)s is handed over.", number=number), "success")
    return redirect(back(view))


def _move(view: TicketView) -> None:
    """Change what was sent and is not so yet: the department first, for it may say who can have the ticket."""
    actor, places, given = current_actor(), directory(), request.form.get
    department = offered(given("department", str(view.department_id)), places.departments, view.department_id)
    if department is not None and department != view.department_id:
        tickets.transfer(actor, view.id, department)
    assignee = offered(given("assignee", str(view.assignee_id or "")), places.agents, view.assignee_id)
    team = offered(given("team", str(view.team_id or "")), places.teams, view.team_id)
    if (assignee, team) != (view.assignee_id, view.team_id):
        tickets.assign(actor, view.id, assignee, team)
    status = places.status(given("status", view.status))
    if status is not None and status.key != view.status:
        tickets.set_status(actor, view.id, status.id)


def _page(view: TicketView, note: str = "", error: str = "") -> str:
    """The form, with what was chosen."""
    actor = current_actor()
    can = {name: page.holds(actor, name, view) for name in page.PERMISSIONS}
    menus = page.menus(directory(), view, actor, can)
    return render_template(
        "desk/hand_over.html",
        ticket=view,
        can=can,
        menus=menus,
        note=note,
        error=error,
        back_url=back(view),
        trail=trail.given(actor),
    )
