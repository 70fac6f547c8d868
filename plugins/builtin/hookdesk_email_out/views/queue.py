"""The queue of outgoing mail in the admin panel."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, or_, select
from werkzeug.wrappers import Response

from hookdesk.api import Ticket, admin, clock, id_argument, reading, wake
from hookdesk_email_out import outcome, services
from hookdesk_email_out.accounts import store
from hookdesk_email_out.models import Account, Mail
from hookdesk_email_out.views.blueprint import bp

STATES = ("waiting", "deferred", "sending", "dead", "bounced", "sent", "cancelled")
"""Deferred: a mail that waits after it was tried."""
PAGE = 50


@bp.get("/admin/mail/")
@admin
def queue() -> str:
    """Mails of one state, and of one account if one is chosen, newest first; and how many there are of each."""
    chosen = request.args.get("state", "waiting")
    state = chosen if chosen in STATES else "waiting"
    accounts, account, before = store.everyone(), id_argument("account"), id_argument("before")
    wanted = _by(accounts, account)
    asked = (
        select(
            Mail.id, Mail.template, Mail.address, Mail.subject, Mail.state, Mail.attempts, Mail.error, Mail.created_at, Mail.due_at,
            Mail.sent_at, Ticket.number,
        )
        .outerjoin(Ticket, Ticket.id == Mail.ticket_id)
        .where(*_in(state), *wanted)
    )  # fmt: skip
    if before is not None:
        asked = asked.where(Mail.id < before)
    rows = reading().all(asked.order_by(Mail.id.desc()).limit(PAGE + 1))
    counts = {name: _bounded([*_in(name), *wanted]) for name in STATES}
    older = rows[PAGE - 1].id if len(rows) > PAGE else None
    following = url_for("email_out.queue", state=state, account=account, before=older) if older else ""
    return render_template(
        "email_out/queue.html",
        rows=rows[:PAGE],
        state=state,
        counts=counts,
        next_url=following,
        account=account,
        accounts=[(one.id, one.name) for one in accounts],
        now=clock.now(),
    )


def _in(state: str) -> Sequence[ColumnElement[bool]]:
    """Mails in a state; that they are tried is told apart by the number of attempts, so the index on the state serves both."""
    if state == "deferred":
        return (Mail.state == "waiting", Mail.attempts > 0)
    return (Mail.state == "waiting", Mail.attempts == 0) if state == "waiting" else (Mail.state == state,)


def _by(accounts: Sequence[Account], account_id: int | None) -> Sequence[ColumnElement[bool]]:
    """Mails of an account, or of any; those without one leave by the default one."""
    found = next((one for one in accounts if one.id == account_id), None)
    if found is None:
        return ()
    theirs = Mail.account_id == found.id
    return (or_(theirs, Mail.account_id.is_(None)) if found.is_default else theirs,)


def _bounded(wanted: Sequence[ColumnElement[bool]]) -> int:
    """How many mails there are, counted no further than 1,001."""
    counted = select(Mail.id).where(*wanted).limit(1001).subquery()
    return int(reading().scalar(select(func.count()).select_from(counted)) or 0)


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
