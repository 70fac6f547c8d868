"""The fields of a ticket, in the desk and in the portal: shown beside it, changed on a page of their own."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import (
    Actor,
    Forbidden,
    TicketView,
    access_number,
    agent,
    current_actor,
    limiter,
    permitted,
    requester,
)
from hookdesk_forms import answering, catalogue, values
from hookdesk_forms.filling import Filled, fill
from hookdesk_forms.views.blueprint import bp


def filled(actor: Actor, ticket: TicketView, stage: str) -> Filled:
    """The ticket's forms as this actor may fill them in."""
    forms = catalogue.forms_of("ticket", ticket.topic_ref)
    return fill(forms, is_agent=actor.is_agent, stage=stage, stored=values.read("ticket", ticket.id), fresh=False)


def may_change(actor: Actor, ticket: TicketView) -> bool:
    """True for agents who may edit the ticket, and for who asked it."""
    if actor.is_agent:
        return permitted(actor, "ticket.edit", ticket)
    return actor.user_id == ticket.user_id


@bp.get("/agent/tickets/<number>/fields")
@agent("ticket.edit")
def ticket_fields(number: str) -> str:
    """The form."""
    ticket = access_number(current_actor(), number, "ticket.edit")
    return _page(ticket, filled(current_actor(), ticket, "shown"))


@bp.post("/agent/tickets/<number>/fields")
@agent("ticket.edit")
def change_ticket_fields(number: str) -> Response | tuple[str, int]:
    """Store it; on any problem the form comes back as it was filled in, and nothing is stored."""
    ticket = access_number(current_actor(), number, "ticket.edit")
    return _store(ticket, "desk.ticket")


@bp.get("/tickets/<number>/fields")
@requester
def own_fields(number: str) -> str:
    """The form, for who asked the ticket."""
    ticket = _own(number)
    return _page(ticket, filled(current_actor(), ticket, "shown"))


@bp.post("/tickets/<number>/fields")
@requester
@limiter.limit("20 per minute")
def change_own_fields(number: str) -> Response | tuple[str, int]:
    """Store it."""
    return _store(_own(number), "portal.ticket")


def _own(number: str) -> TicketView:
    """The ticket, if this person asked it; who only follows it changes nothing."""
    ticket = access_number(current_actor(), number, "ticket.message")
    if not may_change(current_actor(), ticket):
        raise Forbidden("ticket.edit")
    return ticket


def _store(ticket: TicketView, endpoint: str) -> Response | tuple[str, int]:
    """Judge, store, lead back."""
    actor = current_actor()
    given = filled(actor, ticket, "sent")
    if given.problems:
        return _page(ticket, given), 422
    changed = answering.change_ticket(actor, ticket.id, [row for row in given.rows if row.kind.column])
    flash(_("Saved: %(names)s", names=", ".join(changed)) if changed else _("Nothing was changed."), "success")
    return redirect(url_for(endpoint, number=ticket.number))


def _page(ticket: TicketView, given: Filled) -> str:
    """Render it."""
    face = "desk" if current_actor().is_agent else "portal"
    return render_template(f"forms/ticket_{face}.html", ticket=ticket, filled=given)
