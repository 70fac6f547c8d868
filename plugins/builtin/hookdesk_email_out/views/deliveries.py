"""Who an entry was mailed to, and what became of each mail."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, access_number, agent, current_actor, entry_scope, permitted, reading, wake
from hookdesk.api import ThreadEntry as Entry
from hookdesk_email_out import bounces, outcome, services
from hookdesk_email_out import deliveries as found
from hookdesk_email_out.views.blueprint import bp


@bp.get("/agent/tickets/<number>/entries/<int:entry_id>/mail")
@agent()
def deliveries(number: str, entry_id: int) -> str:
    """The recipients of an entry's mail, each with its state and the server's words."""
    view = access_number(current_actor(), number)
    if _is_unseen(view.id, entry_id):
        raise NotFound("no such entry")
    return render_template(
        "email_out/deliveries.html", ticket=view, entry_id=entry_id, rows=found.recipients(view.id, entry_id),
        can_resend=permitted(current_actor(), "ticket.reply", view),
    )  # fmt: skip


@bp.post("/agent/tickets/<number>/entries/<int:entry_id>/mail/<int:mail_id>")
@agent("ticket.reply")
def deliver_again(number: str, entry_id: int, mail_id: int) -> Response:
    """Send one of them again."""
    view = access_number(current_actor(), number, "ticket.reply")
    known = {row.id for row in found.recipients(view.id, entry_id)}
    if _is_unseen(view.id, entry_id) or mail_id not in known or not outcome.resend(mail_id):
        raise NotFound("no such mail")
    wake(services.SEND)
    flash(_("The mail waits to be sent again."))
    return redirect(url_for("email_out.deliveries", number=view.number, entry_id=entry_id))


def _is_unseen(ticket_id: int, entry_id: int) -> bool:
    """True for an entry that the actor does not see."""
    asked = select(Entry.id).where(Entry.id == entry_id, Entry.ticket_id == ticket_id, entry_scope(current_actor()))
    return reading().scalar(asked) is None


@bp.post("/agent/people/<int:user_id>/works-again")
@agent("user.edit")
def works_again(user_id: int) -> Response:
    """An `address` of a user works, whatever came back from it."""
    if not bounces.works_again(user_id, request.form.get("address", "")):
        raise NotFound("nothing came back from there")
    flash(_("What came back from it counts no more. Those mails can be sent again."), "success")
    known = "directory.user" in current_app.view_functions
    return redirect(url_for("directory.user", user_id=user_id) if known else url_for("desk.queue", queue=""))
