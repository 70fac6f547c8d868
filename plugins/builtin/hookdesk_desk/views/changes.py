"""One property at a time: assignee, team, department, status, priority, topic, answered. Each form saves at once."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import TicketView, agent, current_actor, tickets
from hookdesk_desk.directory import directory
from hookdesk_desk.views.blueprint import bp
from hookdesk_desk.views.changing import NOTHING, change, offered


@bp.post("/tickets/<number>/assign", endpoint="assign")
@agent("ticket.assign")
def assign(number: str) -> Response:
    """Give the ticket to an agent (`assignee`), or take it from them (empty). The team stays."""

    def work(view: TicketView) -> None:
        wanted = offered(request.form.get("assignee", ""), directory().agents, view.assignee_id)
        tickets.assign(current_actor(), view.id, wanted, view.team_id)

    return change(number, "ticket.assign", "assignee", work)


@bp.post("/tickets/<number>/claim", endpoint="claim")
@agent("ticket.assign")
def claim(number: str) -> Response:
    """Take the ticket oneself."""

    def work(view: TicketView) -> None:
        tickets.assign(current_actor(), view.id, current_actor().agent_id, view.team_id)

    return change(number, "ticket.assign", "assignee", work)


@bp.post("/tickets/<number>/team", endpoint="team")
@agent("ticket.assign")
def team(number: str) -> Response:
    """Give the ticket to a team (`team`), or to none (empty). The assignee stays."""

    def work(view: TicketView) -> None:
        wanted = offered(request.form.get("team", ""), directory().teams, view.team_id)
        tickets.assign(current_actor(), view.id, view.assignee_id, wanted)

    return change(number, "ticket.assign", "team", work)


@bp.post("/tickets/<number>/transfer", endpoint="transfer")
@agent("ticket.transfer")
def transfer(number: str) -> Response:
    """Move the ticket to another department (`department`)."""

    def work(view: TicketView) -> None:
        wanted = offered(request.form.get("department", ""), directory().departments, view.department_id)
        tickets.transfer(current_actor(), view.id, wanted or NOTHING)

    return change(number, "ticket.transfer", "department", work)


@bp.post("/tickets/<number>/status", endpoint="status")
@agent()
def status(number: str) -> Response:
    """Set the status (`status`, a key). Which permission that needs depends on the status; the service says."""

    def work(view: TicketView) -> None:
        wanted = directory().status(request.form.get("status", ""))
        if wanted is None:
            raise tickets.TicketProblem(_("There is no such status. Choose one of the list."))
        tickets.set_status(current_actor(), view.id, wanted.id)

    return change(number, "ticket.view", "status", work)


@bp.post("/tickets/<number>/priority", endpoint="priority")
@agent("ticket.edit")
def priority(number: str) -> Response:
    """Set the priority (`priority`, a key)."""

    def work(view: TicketView) -> None:
        wanted = directory().priority(request.form.get("priority", ""))
        if wanted is None:
            raise tickets.TicketProblem(_("There is no such priority. Choose one of the list."))
        tickets.set_priority(current_actor(), view.id, wanted.id)

    return change(number, "ticket.edit", "priority", work)


@bp.post("/tickets/<number>/topic", endpoint="topic")
@agent("ticket.edit")
def topic(number: str) -> Response:
    """Say what the ticket is about (`topic`, a reference), or take its topic away (empty)."""

    def work(view: TicketView) -> None:
        tickets.set_topic(current_actor(), view.id, request.form.get("topic", ""))

    return change(number, "ticket.edit", "topic", work)


@bp.post("/tickets/<number>/release", endpoint="release")
@agent("ticket.release")
def release(number: str) -> Response:
    """Take the ticket from whoever has it, agent and team."""

    def work(view: TicketView) -> None:
        tickets.assign(current_actor(), view.id, None)

    return change(number, "ticket.release", "assignee", work)


@bp.post("/tickets/<number>/answered", endpoint="answered")
@agent("ticket.mark_answered")
def answered(number: str) -> Response:
    """Say that the ticket is answered (`answered` is "1") or that it is not."""

    def work(view: TicketView) -> None:
        tickets.mark_answered(current_actor(), view.id, request.form.get("answered") == "1")

    return change(number, "ticket.mark_answered", "", work)
