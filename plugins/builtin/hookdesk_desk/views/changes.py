"""One property at a time: assignee, team, department, status, priority; and deleting. Each form saves at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Forbidden, NotFound, TicketView, access_number, agent, current_actor, tickets
from hookdesk_desk import queues, trail
from hookdesk_desk.directory import Option, directory
from hookdesk_desk.views.blueprint import bp

NOTHING = -1
"""An id that nothing has; the services' words for it are those for what has gone meanwhile."""


def _change(number: str, permission: str, name: str, work: Callable[[TicketView], None]) -> Response:
    """Run a change on a ticket, then lead back to it; a problem is told there, and nothing was changed."""
    view = access_number(current_actor(), number, permission)
    try:
        work(view)
    except (tickets.TicketProblem, Forbidden) as problem:
        flash(_("Nothing was changed: %(reason)s", reason=str(problem)), "danger")
        name = ""
    try:
        access_number(current_actor(), number)
    except NotFound:
        return _gone(number)
    return redirect(_back(view, name))


def _gone(number: str) -> Response:
    """Lead to the list: the change took the ticket out of the agent's sight."""
    flash(_("Ticket %(number)s is now with others, where you do not see it.", number=number), "success")
    url = trail.given(current_actor()).list_url()
    if request.headers.get("HX-Request"):
        return Response(headers={"HX-Redirect": url})  # htmx would look for a part of the ticket's page in the list
    return redirect(url)


def _back(view: TicketView, saved: str = "") -> str:
    """The ticket's page, with the trail it was opened by."""
    way = trail.given(current_actor())
    return url_for("desk.ticket", number=view.number, **way.ticket_args(), saved=saved or None)


def _id(name: str) -> int | None:
    """An id that a form sent; None for nobody.

    Raises:
        TicketProblem: it is no number of the list.
    """
    value = request.form.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise tickets.TicketProblem(_("Choose one of the list."))
    return int(value)


def _offered(name: str, options: Iterable[Option], now: int | None) -> int | None:
    """Like `_id`, and nothing for whatever was not offered, so that nobody learns by trying who and what there is."""
    wanted = _id(name)
    return wanted if wanted in (None, now) or any(one.id == wanted for one in options) else NOTHING


@bp.post("/tickets/<number>/assign", endpoint="assign")
@agent("ticket.assign")
def assign(number: str) -> Response:
    """Give the ticket to an agent (`assignee`), or take it from them (empty). The team stays."""

    def work(view: TicketView) -> None:
        wanted = _offered("assignee", directory().agents, view.assignee_id)
        tickets.assign(current_actor(), view.id, wanted, view.team_id)

    return _change(number, "ticket.assign", "assignee", work)


@bp.post("/tickets/<number>/claim", endpoint="claim")
@agent("ticket.assign")
def claim(number: str) -> Response:
    """Take the ticket oneself."""

    def work(view: TicketView) -> None:
        tickets.assign(current_actor(), view.id, current_actor().agent_id, view.team_id)

    return _change(number, "ticket.assign", "assignee", work)


@bp.post("/tickets/<number>/team", endpoint="team")
@agent("ticket.assign")
def team(number: str) -> Response:
    """Give the ticket to a team (`team`), or to none (empty). The assignee stays."""

    def work(view: TicketView) -> None:
        wanted = _offered("team", directory().teams, view.team_id)
        tickets.assign(current_actor(), view.id, view.assignee_id, wanted)

    return _change(number, "ticket.assign", "team", work)


@bp.post("/tickets/<number>/transfer", endpoint="transfer")
@agent("ticket.transfer")
def transfer(number: str) -> Response:
    """Move the ticket to another department (`department`)."""

    def work(view: TicketView) -> None:
        wanted = _offered("department", directory().departments, view.department_id)
        tickets.transfer(current_actor(), view.id, wanted or NOTHING)

    return _change(number, "ticket.transfer", "department", work)


@bp.post("/tickets/<number>/status", endpoint="status")
@agent()
def status(number: str) -> Response:
    """Set the status (`status`, a key). Which permission that needs depends on the status; the service says."""

    def work(view: TicketView) -> None:
        wanted = directory().status(request.form.get("status", ""))
        if wanted is None:
            raise tickets.TicketProblem(_("There is no such status. Choose one of the list."))
        tickets.set_status(current_actor(), view.id, wanted.id)

    return _change(number, "ticket.view", "status", work)


@bp.post("/tickets/<number>/priority", endpoint="priority")
@agent("ticket.edit")
def priority(number: str) -> Response:
    """Set the priority (`priority`, a key)."""

    def work(view: TicketView) -> None:
        wanted = directory().priority(request.form.get("priority", ""))
        if wanted is None:
            raise tickets.TicketProblem(_("There is no such priority. Choose one of the list."))
        tickets.set_priority(current_actor(), view.id, wanted.id)

    return _change(number, "ticket.edit", "priority", work)


@bp.get("/tickets/<number>/delete", endpoint="delete")
@agent("ticket.delete")
def delete_page(number: str) -> str:
    """Ask once, naming what goes."""
    view = access_number(current_actor(), number, "ticket.delete")
    return render_template("desk/delete.html", ticket=view, back_url=_back(view), trail=trail.given(current_actor()))


@bp.post("/tickets/<number>/delete", endpoint="delete_now")
@agent("ticket.delete")
def delete(number: str) -> Response:
    """Delete the ticket."""
    view = access_number(current_actor(), number, "ticket.delete")
    way = trail.given(current_actor())
    tickets.remove(current_actor(), view.id)
    flash(_("Ticket %(number)s was deleted.", number=view.number), "success")
    return redirect(queues.url(way.queue.key))
