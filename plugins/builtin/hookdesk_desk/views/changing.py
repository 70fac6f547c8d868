"""What all changes of a ticket share: run it, say why it could not be, and lead back to where the agent was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Forbidden, NotFound, TicketView, access_number, current_actor, tickets
from hookdesk_desk import trail
from hookdesk_desk.directory import Option
from hookdesk_desk.people import Referred

NOTHING = -1
"""An id that nothing has; the services' words for it are those for what has gone meanwhile."""


def change(
    number: str, permission: str, saved: str, work: Callable[[TicketView], None], *, section: str = ""
) -> Response:
    """Run a change on a ticket, then lead back to it; a problem is told there, and nothing was changed.

    `saved` is the property that the page marks as saved, `section` the part of its panel that is left open.
    """
    view = access_number(current_actor(), number, permission)
    try:
        work(view)
    except (tickets.TicketProblem, Forbidden) as problem:
        flash(_("Nothing was changed: %(reason)s", reason=str(problem)), "danger")
        saved = ""
    try:
        access_number(current_actor(), number)
    except NotFound:
        return gone(number)
    return redirect(back(view, saved=saved, section=section))


def gone(number: str) -> Response:
    """Lead to the list: the change took the ticket out of the agent's sight."""
    flash(_("Ticket %(number)s is now with others, where you do not see it.", number=number), "success")
    url = trail.given(current_actor()).list_url()
    if request.headers.get("HX-Request"):
        return Response(headers={"HX-Redirect": url})  # htmx would look for a part of the ticket's page in the list
    return redirect(url)


def back(view: TicketView, **args: str) -> str:
    """The ticket's page, with the trail it was opened by."""
    way = trail.given(current_actor())
    given: dict[str, Any] = {name: value for name, value in args.items() if value}
    return url_for("desk.ticket", number=view.number, **way.ticket_args(), **given)


def offered(text: str, options: Iterable[Option | Referred], now: int | None = None) -> int | None:
    """Like `_number_of`, and nothing for whatever was not offered, so that nobody learns by trying who and what there is."""
    wanted = _number_of(text)
    return wanted if wanted in (None, now) or any(one.id == wanted for one in options) else NOTHING


def _number_of(text: str) -> int | None:
    """An id that a form sent; None for nobody.

    Raises:
        TicketProblem: it is no number of the list.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise tickets.TicketProblem(_("Choose one of the list."))
    return int(text)
