"""Tags on a ticket: put on and taken off one by one, each saved at once."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import (
    Actor,
    Forbidden,
    SlotContent,
    TicketView,
    access_number,
    agent,
    current_actor,
    permitted,
    plain_arguments,
    tickets,
)
from hookdesk_tags import catalogue, services
from hookdesk_tags.views.blueprint import bp

PASSING = ("saved", "section", "before", "images", "tagging")
"""What stands in a ticket's address for one look alone."""


def row(actor: Actor, view: TicketView) -> list[SlotContent]:
    """The row among the properties; none where there is no tag and this agent could not put one on."""
    may_edit = permitted(actor, services.PERMISSION, view)
    labels = catalogue.of_tickets([view.id]).get(view.id, [])
    may_make = actor.may(services.CREATE, view.department_id)
    if not labels and not (may_edit and (may_make or catalogue.kept())):
        return []
    given = {
        "labels": labels,
        "may_edit": may_edit,
        "way": _way(),
        "is_tagging": request.args.get("tagging") == "1",
        "longest": catalogue.LONGEST,
    }
    return [SlotContent("tags/row.html", given, order=20)]


def _way() -> dict[str, str]:
    """What a link back to the ticket carries along."""
    return {name: value for name, value in plain_arguments().items() if name not in (*PASSING, "number", "q", "add")}


@bp.post("/agent/tickets/<number>/tags", endpoint="change")
@agent(services.PERMISSION)
def change(number: str) -> Response:
    """Put tags on (`add`: names with commas between them) or take one off (`remove`: its id)."""
    actor = current_actor()
    view = access_number(actor, number, services.PERMISSION)
    unwanted = request.form.get("remove", "")
    try:
        if unwanted.isascii() and unwanted.isdigit() and len(unwanted) < 19:
            services.take(actor, view.id, [int(unwanted)])
        else:
            services.add(actor, view.id, request.form.get("add", "")[:1000].split(","))
    except (tickets.TicketProblem, Forbidden) as problem:
        flash(_("Nothing was changed: %(reason)s", reason=str(problem)), "danger")
    args: dict[str, Any] = {**_way(), "number": view.number, "tagging": "1"}
    return redirect(url_for("desk.ticket", **args))


@bp.get("/agent/tickets/<number>/tags", endpoint="suggest")
@agent(services.PERMISSION)
def suggest(number: str) -> str:
    """Tags that fit what is being typed (`add`), for the list below the field."""
    view = access_number(current_actor(), number, services.PERMISSION)
    have = [one.id for one in catalogue.of_tickets([view.id]).get(view.id, [])]
    *before, typed = request.args.get("add", "")[:1000].split(",")
    head = "".join(f"{name.strip()}, " for name in before)
    return render_template("tags/suggested.html", found=catalogue.suggested(typed, have), head=head)
