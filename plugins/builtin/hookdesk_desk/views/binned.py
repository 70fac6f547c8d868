"""Deleting a ticket, and the bin: what lies there, bringing it back, letting it go for good."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import (
    CoreSettings,
    access_number,
    agent,
    bin,
    current_actor,
    listing,
    site,
    tickets,
)
from hookdesk_desk import queues, thread, trail
from hookdesk_desk.views.blueprint import bp


@bp.post("/tickets/<number>/delete", endpoint="delete")
@agent("ticket.delete")
def delete(number: str) -> Response:
    """Put the ticket into the bin, with the way back in the message that says so."""
    view = access_number(current_actor(), number, "ticket.delete")
    way = trail.given(current_actor())
    bin.discard(current_actor(), view.id)
    undo = url_for("desk.restore", number=view.number)
    flash(_("Ticket %(number)s was deleted.", number=view.number), f"undo:{undo}")
    return redirect(queues.url(way.queue.key))


@bp.get("/bin", endpoint="bin")
@agent("ticket.delete")
def bin_page() -> str:
    """The deleted tickets that the agent may bring back, the latest activity first."""
    actor = current_actor()
    after, before = (listing.Cursor.load(request.args.get(name, "")) for name in ("after", "before"))
    page = bin.page(actor, *queues.deletable(actor), after=after, before=before)
    return render_template(
        "desk/bin.html",
        rows=page.rows,
        deleted=thread.deletions([row.id for row in page.rows]),
        days=site().settings.get("core", CoreSettings).bin_days,
        prev_url=url_for("desk.bin", before=page.previous.dump()) if page.previous else "",
        next_url=url_for("desk.bin", after=page.next.dump()) if page.next else "",
    )


@bp.post("/bin/<number>/restore", endpoint="restore")
@agent("ticket.delete")
def restore(number: str) -> Response:
    """Bring a ticket back."""
    view = access_number(current_actor(), number, "ticket.delete", binned=True)
    try:
        bin.restore(current_actor(), view.id)
    except tickets.TicketProblem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("desk.bin"))
    flash(_("Ticket %(number)s is back.", number=view.number), "success")
    return redirect(url_for("desk.ticket", number=view.number))


@bp.post("/bin/<number>/remove", endpoint="remove")
@agent("ticket.delete")
def remove(number: str) -> Response:
    """Let a ticket go for good."""
    view = access_number(current_actor(), number, "ticket.delete", binned=True)
    tickets.remove(current_actor(), view.id)
    flash(_("Ticket %(number)s is gone for good.", number=view.number), "success")
    return redirect(url_for("desk.bin"))
