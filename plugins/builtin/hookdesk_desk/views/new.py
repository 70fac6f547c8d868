"""A new ticket for somebody who called."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import (
    Actor,
    CoreSettings,
    FilteringHooks,
    FormParts,
    NotFound,
    Outcome,
    Refusal,
    Ticket,
    access_ticket,
    agent,
    current_actor,
    form_parts,
    reading,
    site,
)
from hookdesk_desk import queues
from hookdesk_desk.directory import directory
from hookdesk_desk.forms import NewTicketForm
from hookdesk_desk.services import Call, open_for
from hookdesk_desk.views.blueprint import bp


@bp.get("/tickets/new", endpoint="new")
@agent("ticket.create")
def new_page() -> str:
    """The form; `?email=` fills in whom it is for."""
    form = _form()
    form.email.data = request.args.get("email", "")[:320]
    form.name.data = request.args.get("name", "")[:200]
    return _page(form, _parts(form, "shown"))


@bp.post("/tickets/new/fields", endpoint="new_fields")
@agent("ticket.create")
def new_fields() -> str:
    """The form again with the fields of the topic that was chosen; what was filled in is kept and not judged."""
    form = _form()
    return _page(form, _parts(form, "swapped"))


@bp.post("/tickets/new", endpoint="new_post")
@agent("ticket.create")
def new_post() -> Response | tuple[str, int]:
    """Open the ticket; on any problem the form comes back as it was filled in."""
    form, actor = _form(), current_actor()
    parts = _parts(form, "sent")
    if not form.validate() or parts.problems:
        return _page(form, parts), 422
    try:
        settled = open_for(actor, _call(form, actor, parts))
    except Refusal as refusal:
        return _page(form, parts, str(refusal)), 422
    if settled.outcome is Outcome.TICKET and settled.ticket_id is not None:
        return _opened(actor, settled.ticket_id)
    if settled.outcome is Outcome.QUARANTINED:
        reason = _("It was kept aside for an administrator: %(reason)s", reason=settled.reason)
        return _page(form, parts, reason), 422
    return _page(form, parts, " ".join(settled.problems) or settled.reason), 422


def _form() -> NewTicketForm:
    """The form with what can be chosen."""
    form, places, actor = NewTicketForm(), directory(), current_actor()
    form.channel.choices = [("phone", _("Phone")), ("email", _("E-mail")), ("web", _("Web")), ("other", _("Otherwise"))]
    topics = site().hooks.collect(FilteringHooks.topic_choices, actor=actor)
    form.topic.choices = [("", _("None")), *((topic.ref, topic.label) for topic in topics)]
    mine = [one for one in places.departments if actor.may("ticket.create", one.id)]
    form.department.choices = [("", _("As the rules say")), *((str(one.id), one.name) for one in mine)]
    form.priority.choices = [("", _("As the rules say")), *((str(one.id), one.name) for one in places.priorities)]
    return form


def _parts(form: NewTicketForm, stage: str) -> FormParts:
    """The further fields of the chosen topic; of none if it is not on offer."""
    is_offered = any(form.topic.data == ref for ref, _label in form.topic.choices)
    return form_parts(current_actor(), form.topic.data if is_offered else "", stage)


def _page(form: NewTicketForm, parts: FormParts, problem: str = "") -> str:
    """Render it."""
    limits = site().settings.get("core", CoreSettings)
    return render_template("desk/new.html", form=form, parts=parts, problem=problem, most_bytes=limits.max_file_bytes)


def _call(form: NewTicketForm, actor: Actor, parts: FormParts) -> Call:
    """What was filled in."""
    return Call(
        channel=form.channel.data,
        email=form.email.data or "",
        name=form.name.data or "",
        subject=form.subject.data or "",
        message=form.message.data or "",
        files=form.attachments.files(),
        topic=form.topic.data or "",
        department_id=int(form.department.data) if form.department.data else None,
        priority_id=int(form.priority.data) if form.priority.data else None,
        assignee_id=actor.agent_id if form.assign_to_me.data else None,
        confirm=bool(form.confirm.data),
        fields=parts.fields,
        field_files=parts.files,
    )


def _opened(actor: Actor, ticket_id: int) -> Response:
    """Lead to the new ticket, or back to the queues if it went where the agent cannot follow."""
    number = str(reading().scalar(select(Ticket.number).where(Ticket.id == ticket_id)))
    flash(_("Ticket %(number)s was opened.", number=number), "success")
    try:
        access_ticket(actor, ticket_id)
    except NotFound:
        return redirect(queues.url("open"))
    return redirect(url_for("desk.ticket", number=number))
