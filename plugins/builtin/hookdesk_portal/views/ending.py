"""Ending all mailed links to a ticket: one was passed on, or lies in a mailbox that others read."""

from __future__ import annotations

from flask import current_app, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import ActorKind, access_number, agent, current_actor, limiter, people, requester
from hookdesk_portal import services
from hookdesk_portal.views.blueprint import bp


@bp.post("/tickets/<number>/end-links")
@requester
@limiter.limit("5 per minute")
def end_links(number: str) -> Response:
    """For whoever asked. Who came by such a link is out, too, and is mailed a new one."""
    actor = current_actor()
    ticket = access_number(actor, number)
    services.end_links(actor, ticket)
    if actor.kind is not ActorKind.GUEST:
        flash(_("All links that were mailed so far are ended. The next mail brings a new one."), "success")
        return redirect(url_for("portal.ticket", number=number))
    services.request_link(number, people.primary_address(actor.user_id or 0))
    flash(_("All links that were mailed so far are ended, yours too. A new one is on its way to you."), "success")
    return redirect(url_for("portal.home"))


@bp.post("/agent/tickets/<number>/end-links")
@agent("ticket.edit")
def end_links_in_desk(number: str) -> Response:
    """For agents who may say who takes part."""
    services.end_links(current_actor(), access_number(current_actor(), number, "ticket.edit"))
    flash(_("All links that were mailed so far are ended. The next mail brings a new one."), "success")
    has_desk = "desk.ticket" in current_app.view_functions
    return redirect(url_for("desk.ticket", number=number) if has_desk else url_for("core.signed_in", face="agent"))
