"""One message, reply or note: its menu, fetched when it is opened; editing it, its history, sending it once more."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response

from hookdesk.api import (
    NotFound,
    TicketView,
    access_number,
    agent,
    carried,
    current_actor,
    entries,
    is_editable,
    permitted,
    tickets,
)
from hookdesk_desk import thread, trail
from hookdesk_desk.forms import EntryForm
from hookdesk_desk.views.blueprint import bp
from hookdesk_desk.views.changing import back

Answer = Response | str | tuple[str, int]


@bp.get("/tickets/<number>/entries/<int:entry_id>", endpoint="entry")
@agent()
def entry_menu(number: str, entry_id: int) -> str:
    """What can be done with an entry: the menu's items for a script, else a page of them."""
    view, entry = _found(number, entry_id)
    actor = current_actor()
    is_open = view.merged_into_id is None
    can = {
        "edit": is_open and entries.may_edit(actor, view, entry),
        "resend": is_open and entry.kind == "response" and permitted(actor, "ticket.reply", view),
    }
    template = "desk/entry_menu.html" if request.headers.get("HX-Request") else "desk/entry.html"
    return _page(template, view, entry, can=can)


@bp.route("/tickets/<number>/entries/<int:entry_id>/edit", endpoint="edit_entry", methods=["GET", "POST"])
@agent()
def edit(number: str, entry_id: int) -> Answer:
    """Change what an entry says (`message`)."""
    view, entry = _found(number, entry_id)
    form = EntryForm()
    form.message.files = [carried(file) for file in thread.pictures(entry)]
    if request.method == "GET":
        form.message.data, form.message.html = entry.html or entry.text, entry.html
        return _page("desk/entry_edit.html", view, entry, form=form, is_source=not is_editable(form.message.html))
    if form.validate():
        try:
            entries.edit(current_actor(), entry.id, form.message.data.replace("\r\n", "\n"), form.message.html)
            return redirect(_at(view, entry))
        except tickets.TicketProblem as problem:
            form.message.errors = (str(problem),)
    page = _page("desk/entry_edit.html", view, entry, form=form, is_source=not is_editable(form.message.html))
    return page, 422


@bp.get("/tickets/<number>/entries/<int:entry_id>/versions", endpoint="versions")
@agent()
def versions(number: str, entry_id: int) -> str:
    """What an entry said before, the newest first."""
    view, entry = _found(number, entry_id)
    earlier = entries.versions(current_actor(), entry.id)
    return _page("desk/entry_versions.html", view, entry, versions=[thread.version(one) for one in earlier[::-1]])


@bp.route("/tickets/<number>/entries/<int:entry_id>/resend", endpoint="resend", methods=["GET", "POST"])
@agent("ticket.reply")
def resend(number: str, entry_id: int) -> Answer:
    """Send a reply once more, to those who are chosen (`to`, ids of users)."""
    view, entry = _found(number, entry_id)
    if request.method == "GET":
        return _page("desk/entry_resend.html", view, entry, readers=entries.readers(view))
    chosen = {int(one) for one in request.form.getlist("to") if one.isascii() and one.isdigit() and len(one) < 19}
    try:
        entries.resend(current_actor(), entry.id, chosen)
    except tickets.TicketProblem as problem:
        readers = entries.readers(view)
        return _page("desk/entry_resend.html", view, entry, readers=readers, error=str(problem)), 422
    flash(_("The reply is on its way again."), "success")
    return redirect(_at(view, entry))


def _found(number: str, entry_id: int) -> tuple[TicketView, Row[Any]]:
    """The ticket and its entry, both seen by the agent."""
    view, entry = access_number(current_actor(), number), entries.access_entry(current_actor(), entry_id)[1]
    if entry.ticket_id != view.id:
        raise NotFound("no such entry")
    return view, entry


def _page(template: str, view: TicketView, entry: Row[Any], **given: Any) -> str:
    """A page about an entry, with the way back to it."""
    way = trail.given(current_actor())
    return render_template(template, ticket=view, entry=entry, back_url=_at(view, entry), trail=way, **given)


def _at(view: TicketView, entry: Row[Any]) -> str:
    """Where the entry stands on the ticket's page."""
    return f"{back(view)}#entry-{entry.id}"
