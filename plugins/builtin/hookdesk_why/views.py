"""The full trace of a ticket, and of an intake record for administrators."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template, url_for
from sqlalchemy import select

from hookdesk.api import IntakeRecord, access_number, admin, agent, current_actor, reading, site
from hookdesk_why import trace
from hookdesk_why.settings import Settings

bp = Blueprint("why", __name__)


@bp.get("/agent/tickets/<number>/why", endpoint="ticket")
@agent()
def ticket_trace(number: str) -> str:
    """Each decision about a ticket, in order."""
    view = access_number(current_actor(), number)
    back = url_for("desk.ticket", number=number) if "desk.ticket" in current_app.view_functions else ""
    return render_template("why/ticket.html", ticket=view, trace=trace.of_ticket(view.id), back_url=back)


@bp.get("/agent/tickets/<number>/why/beside", endpoint="beside")
@agent()
def beside_ticket(number: str) -> str:
    """How the ticket came to be where it is, in short: fetched when the section beside it is opened."""
    view = access_number(current_actor(), number)
    most = site().settings.get("why", Settings).steps_beside
    steps = trace.opening(view.id, most + 1)
    return render_template("why/beside.html", ticket=view, steps=steps[:most], more=len(steps) > most)


@bp.get("/admin/intake/<int:intake_id>/why", endpoint="record")
@admin
def record_trace(intake_id: int) -> str:
    """Each decision about an intake record, whatever became of it."""
    columns = select(IntakeRecord.id, IntakeRecord.sender, IntakeRecord.subject)
    record = reading().first(columns.where(IntakeRecord.id == intake_id))
    if record is None:
        abort(404)
    known = "admin.intake_record" in current_app.view_functions
    back = url_for("admin.intake_record", intake_id=intake_id) if known else ""
    return render_template("why/record.html", record=record, trace=trace.of_record(intake_id), back_url=back)
