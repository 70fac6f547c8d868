"""The ticket page, and the steps to its neighbours."""

from __future__ import annotations

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Forbidden, NotFound, access_number, agent, content_policy, current_actor, id_argument
from hookdesk_desk import page, trail
from hookdesk_desk.views.blueprint import bp

PROPERTIES = ("status", "assignee", "team", "priority", "department")
SECTIONS = ("people", "referrals")


@bp.get("/tickets/<number>", endpoint="ticket")
@agent()
def ticket_page(number: str) -> Response:
    """One ticket. `?images=1` shows pictures from elsewhere this once, `?before=<entry>` an older part of a long thread."""
    try:
        view = access_number(current_actor(), number)
    except NotFound:
        return _in_the_bin(number)
    remote = request.args.get("images") == "1"
    saved, section = request.args.get("saved", ""), request.args.get("section", "")
    response = make_response(
        page.render(
            view,
            before=id_argument("before"),
            remote=remote,
            saved=saved if saved in PROPERTIES else "",
            section=section if section in SECTIONS else "",
        )
    )
    if remote:
        response.headers["Content-Security-Policy"] = content_policy(img_src="'self' data: https: http:")
    return response


def _in_the_bin(number: str) -> Response:
    """Where a deleted ticket lies, for who may bring it back; for others it is as if there had never been one.

    Raises:
        NotFound: the agent would not see it, or may not delete it.
    """
    try:
        access_number(current_actor(), number, "ticket.delete", binned=True)
    except Forbidden:
        raise NotFound("no such ticket") from None
    flash(_("Ticket %(number)s was deleted. You can bring it back.", number=number))
    return redirect(url_for("desk.bin"))


@bp.get("/tickets/<number>/next", endpoint="next", defaults={"forward": True})
@bp.get("/tickets/<number>/previous", endpoint="previous", defaults={"forward": False})
@agent()
def neighbour(number: str, forward: bool) -> Response:
    """The next or previous ticket of the queue that the agent came from; looked up when asked for, so that it costs the page nothing."""
    view = access_number(current_actor(), number)
    way = trail.given(current_actor())
    found = way.neighbour(current_actor(), view, forward)
    if found is not None:
        return redirect(trail.ticket_url(found, way))
    flash(_("That was the last ticket of this queue.") if forward else _("That was the first ticket of this queue."))
    return redirect(way.list_url())
