"""One message, reply or note: its menu, fetched when it is opened, so that a long thread does not pay for a hundred of them."""

from __future__ import annotations

from flask import render_template, request

from hookdesk.api import access_number, agent, current_actor
from hookdesk_desk import thread, trail
from hookdesk_desk.views.blueprint import bp
from hookdesk_desk.views.changing import back


@bp.get("/tickets/<number>/entries/<int:entry_id>", endpoint="entry")
@agent()
def entry_menu(number: str, entry_id: int) -> str:
    """What can be done with an entry: the menu's items for a script, else a page of them."""
    view = access_number(current_actor(), number)
    entry = thread.one(view, current_actor(), entry_id)
    template = "desk/entry_menu.html" if request.headers.get("HX-Request") else "desk/entry.html"
    return render_template(template, ticket=view, entry=entry, back_url=back(view), trail=trail.given(current_actor()))
