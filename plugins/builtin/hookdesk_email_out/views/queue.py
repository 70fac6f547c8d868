"""The queue of outgoing mail in the admin panel."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from hookdesk.api import Ticket, admin, clock, id_argument, reading, wake
from hookdesk_email_out import outcome, services
from hookdesk_email_out.models import Mail
from hookdesk_email_out.views.blueprint import bp

STATES = ("waiting", "sending", "dead", "bounced", "sent", "cancelled")
PAGE = 50


@bp.get("/admin/mail/")
@admin
def queue() -> str:
    """Mails of one state, newest first, and how many there are of each."""
    chosen = request.args.get("state", "waiting")
    state = chosen if chosen in STATES else "waiting"
    before = id_argument("before")
    asked = (
        select(
            Mail.id, Mail.template, Mail.address, Mail.subject, Mail.state, Mail.attempts, Mail.error, Mail.created_at, Mail.due_at,
            Mail.sent_at, Ticket.number,
        )
        .outerjoin(Ticket, Ticket.id == Mail.ticket_id)
        .where(Mail.state == state)
    )  # fmt: skip
    if before is not None:
        asked = asked.where(Mail.id < before)
    rows = reading().all(asked.order_by(Mail.id.desc()).limit(PAGE + 1))
    counts = {name: _bounded(name) for name in STATES}
    following = url_for("email_out.queue", state=state, before=rows[PAGE - 1].id) if len(rows) > PAGE else ""
    return render_template(
        "email_out/queue.html", rows=rows[:PAGE], state=state, counts=counts, next_url=following, now=clock.now()
    )


def _bounded(state: str) -> int:
    """How many mails are in a state, counted no further than 1,001."""
    return int(
        reading().scalar(
            select(func.count()).select_from(select(Mail.id).where(Mail.state == state).limit(1001).subquery())
        )
        or 0
    )


@bp.post("/admin/mail/<int:mail_id>/resend")
@admin
def resend(mail_id: int) -> Response:
    """Put a mail back into the queue."""
    if not outcome.resend(mail_id):
        abort(404)
    wake(services.SEND)
    flash(_("The mail waits to be sent again."))
    return redirect(url_for("email_out.queue", state="waiting"))


@bp.post("/admin/mail/<int:mail_id>/cancel")
@admin
def cancel(mail_id: int) -> Response:
    """Keep a waiting mail from being sent."""
    flash(_("The mail will not be sent.") if outcome.cancel(mail_id) else _("It was too late: the mail is on its way."))
    return redirect(url_for("email_out.queue", state="waiting"))
