"""Who takes part in a ticket: followers, requester, referrals."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import TicketView, access_number, agent, current_actor, participants, tickets
from hookdesk_desk import people, queues
from hookdesk_desk.directory import directory
from hookdesk_desk.views.blueprint import bp
from hookdesk_desk.views.changing import NOTHING, change, offered


@bp.get("/tickets/<number>/people", endpoint="suggest")
@agent("ticket.edit")
def suggest(number: str) -> str:
    """Options for a field in which a person is typed (`person`)."""
    access_number(current_actor(), number, "ticket.edit")
    found = people.suggested(current_actor(), request.args.get("person", ""))
    return render_template("desk/suggested.html", found=found)


@bp.get("/tickets/<number>/others", endpoint="others")
@agent()
def others(number: str) -> str:
    """The requester's newest other tickets."""
    view = access_number(current_actor(), number)
    rows = people.others(current_actor(), view)
    return render_template("desk/others.html", rows=rows, requester_url=queues.url(f"requester-{view.user_id}"))


@bp.post("/tickets/<number>/collaborators", endpoint="follow")
@agent("ticket.edit")
def follow(number: str) -> Response:
    """Let somebody (`person`) follow the ticket."""

    def work(view: TicketView) -> None:
        address, name = people.named(current_actor(), request.form.get("person", ""))
        participants.add_collaborator(current_actor(), view.id, address, name)
        flash(_("%(name)s follows the ticket from now on.", name=name or address), "success")

    return change(number, "ticket.edit", "", work, section="people")


@bp.post("/tickets/<number>/collaborators/<int:user_id>/mail", endpoint="mail_follower")
@agent("ticket.edit")
def mail_follower(number: str, user_id: int) -> Response:
    """Send a follower mail (`mail` is "1") or none."""

    def work(view: TicketView) -> None:
        is_active = request.form.get("mail") == "1"
        participants.mute_collaborator(current_actor(), view.id, user_id, is_active)

    return change(number, "ticket.edit", "", work, section="people")


@bp.post("/tickets/<number>/collaborators/<int:user_id>/remove", endpoint="unfollow")
@agent("ticket.edit")
def unfollow(number: str, user_id: int) -> Response:
    """Let somebody follow the ticket no longer."""

    def work(view: TicketView) -> None:
        participants.remove_collaborator(current_actor(), view.id, user_id)

    return change(number, "ticket.edit", "", work, section="people")


@bp.post("/tickets/<number>/requester", endpoint="change_requester")
@agent("ticket.edit")
def change_requester(number: str) -> Response:
    """Give the ticket to another requester (`person`)."""

    def work(view: TicketView) -> None:
        address, name = people.named(current_actor(), request.form.get("person", ""))
        participants.change_owner(current_actor(), view.id, address, name)

    return change(number, "ticket.edit", "", work, section="people")


@bp.post("/tickets/<number>/refer", endpoint="refer")
@agent("ticket.refer")
def refer(number: str) -> Response:
    """Show the ticket to an agent, a team or a department (`to`, as in "agent:3")."""

    def work(view: TicketView) -> None:
        kind, text = _target("to")
        places = directory()
        options = {"agent": places.agents, "team": places.teams, "department": places.departments}[kind]
        participants.refer(current_actor(), view.id, kind, offered(text, options) or NOTHING)

    return change(number, "ticket.refer", "", work, section="referrals")


@bp.post("/tickets/<number>/withdraw", endpoint="withdraw")
@agent("ticket.refer")
def withdraw(number: str) -> Response:
    """Take a referral back (`from`, as in "agent:3")."""

    def work(view: TicketView) -> None:
        kind, text = _target("from")
        given = [one for one in people.referred(view) if one.kind == kind]
        participants.withdraw(current_actor(), view.id, kind, offered(text, given) or NOTHING)

    return change(number, "ticket.refer", "", work, section="referrals")


def _target(name: str) -> tuple[str, str]:
    """The kind of whom a form names, and an id as it was sent.

    Raises:
        TicketProblem: there is no such kind.
    """
    kind, _colon, text = request.form.get(name, "").partition(":")
    if kind not in participants.REFERRED:
        raise tickets.TicketProblem(_("Choose one of the list."))
    return kind, text
