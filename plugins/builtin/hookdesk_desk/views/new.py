"""A new ticket for somebody who called or came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    SlaHooks,
    Ticket,
    access_ticket,
    agent,
    carried,
    current_actor,
    form_parts,
    reading,
    site,
)
from hookdesk_desk import opening, people, queues
from hookdesk_desk.directory import Directory, Option, directory
from hookdesk_desk.new_form import NewTicketForm
from hookdesk_desk.opening import Answer, Call
from hookdesk_desk.views.blueprint import bp


@bp.get("/tickets/new", endpoint="new")
@agent("ticket.create")
def new_page() -> str:
    """The form; `?email=` and `?name=` fill in whom it is for."""
    form = _form()
    form.email.data = request.args.get("email", "")[:320]
    form.name.data = request.args.get("name", "")[:200]
    return _page(form, _parts(form, "shown"))


@bp.get("/tickets/new/people", endpoint="new_people")
@agent("ticket.create")
def new_people() -> str:
    """Options for the fields in which people are typed: `email`, or the last of `cc`, which keeps those before it."""
    before, comma, last = request.args.get("cc", "").rpartition(",")
    found = people.suggested(current_actor(), request.args.get("email") or last)
    return render_template("desk/suggested.html", found=found, before=f"{before.strip()}, " if comma else "")


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
        return _refused(form, parts)
    call = _call(form, actor, parts)
    try:
        settled = opening.open_for(actor, call)
    except Refusal as refusal:
        return _refused(form, parts, str(refusal))
    if settled.outcome is Outcome.TICKET and settled.ticket_id is not None:
        return _opened(actor, settled.ticket_id, opening.follow_up(actor, settled.ticket_id, call))
    if settled.outcome is Outcome.QUARANTINED:
        reason = _("It was kept aside for an administrator: %(reason)s", reason=settled.reason)
        return _refused(form, parts, reason)
    return _refused(form, parts, " ".join(settled.problems) or settled.reason)


def _refused(form: NewTicketForm, parts: FormParts, problem: str = "") -> tuple[str, int]:
    """The form as it was filled in, with its files."""
    form.attachments.keep()
    return _page(form, parts, problem), 422


def _form() -> NewTicketForm:
    """The form with what this agent can choose; what nobody offers, or what they may not do, is not on it."""
    form, places, actor = NewTicketForm(), directory(), current_actor()
    form.channel.choices = [
        ("phone", _("Phone")), ("walk_in", _("In person")), ("email", _("E-mail")), ("web", _("Web")), ("other", _("Otherwise")),
    ]  # fmt: skip
    form.notice.choices = [
        ("all", _("To the requester, copies to those who follow")), ("requester", _("To the requester alone")), ("none", _("To nobody")),
    ]  # fmt: skip
    topics = site().hooks.collect(FilteringHooks.topic_choices, actor=actor)
    form.topic.choices = [("", _("No topic")), *((topic.ref, topic.label) for topic in topics)]
    by_rules = ("", _("As the rules say"))
    form.department.choices = [
        by_rules,
        *_pairs(one for one in places.departments if actor.may("ticket.create", one.id)),
    ]
    form.priority.choices = [by_rules, *_pairs(places.priorities)]
    statuses = [one for one in places.statuses if one.state == "open" or actor.may("ticket.close")]
    form.status.choices = [by_rules, *_pairs(statuses)]
    form.sla.choices = [by_rules, *site().hooks.collect(SlaHooks.sla_choices)]
    form.assignee.choices = _assignees(actor, places)
    if not actor.may("ticket.reply"):
        del form.reply
    return form


def _pairs(options: Iterable[Option]) -> list[tuple[str, str]]:
    """Options of the directory as those of a select."""
    return [(str(one.id), one.name) for one in options]


def _assignees(actor: Actor, places: Directory) -> dict[str, list[tuple[str, str]]]:
    """Whom it can be given: oneself first, then agents and teams, as "agent:3" and "team:2"; nobody where one may not assign."""
    nobody = ("", _("As the rules say"))
    if not actor.may("ticket.assign"):
        return {"": [nobody]}
    me = (f"agent:{actor.agent_id}", _("Me"))
    agents = [(f"agent:{one.id}", one.name) for one in places.agents if one.id != actor.agent_id]
    teams = [(f"team:{one.id}", one.name) for one in places.teams]
    return {"": [nobody, me], **({_("Agents"): agents} if agents else {}), **({_("Teams"): teams} if teams else {})}


def _parts(form: NewTicketForm, stage: str) -> FormParts:
    """The further fields of the chosen topic; of none if it is not on offer."""
    is_offered = any(form.topic.data == ref for ref, _label in form.topic.choices)
    return form_parts(current_actor(), form.topic.data if is_offered else "", stage)


def _page(form: NewTicketForm, parts: FormParts, problem: str = "") -> str:
    """Render it."""
    limits = site().settings.get("core", CoreSettings)
    return render_template(
        "desk/new.html",
        form=form,
        parts=parts,
        problem=problem,
        given=[carried(file) for file in form.attachments.kept],
        kept=[carried(file) for file in form.kept.data or ()],
        most_bytes=limits.max_file_bytes,
    )


def _call(form: NewTicketForm, actor: Actor, parts: FormParts) -> Call:
    """What was filled in."""
    kind, _colon, given = (form.assignee.data or "").partition(":")
    wanted = next((one for one in directory().statuses if str(one.id) == form.status.data), None)
    reply = Answer(form.reply.data or "", form.reply.html, form.kept.data or ()) if "reply" in form else Answer()
    return Call(
        channel=form.channel.data,
        email=form.person[0],
        name=form.name.data or form.person[1],
        subject=form.subject.data or "",
        message=form.message.data or "",
        files=form.attachments.files(),
        topic=form.topic.data or "",
        department_id=_number(form.department.data),
        priority_id=_number(form.priority.data),
        status_id=wanted.id if wanted and wanted.state == "open" else None,
        closes_with=wanted.id if wanted and wanted.state != "open" else None,
        assignee_id=int(given) if kind == "agent" else None,
        team_id=int(given) if kind == "team" else None,
        sla=form.sla.data or "",
        due_at=form.due.data,
        followers=form.followers,
        notice=form.notice.data,
        reply=reply,
        note=Answer(form.note.data or "", form.note.html),
        fields=parts.fields,
        field_files=parts.files,
    )


def _number(text: str | None) -> int | None:
    """An id that was chosen of a list."""
    return int(text) if text else None


def _opened(actor: Actor, ticket_id: int, problems: Sequence[str]) -> Response:
    """Lead to the new ticket, or back to the queues if it went where the agent cannot follow; say what could not be done."""
    number = str(reading().scalar(select(Ticket.number).where(Ticket.id == ticket_id)))
    flash(_("Ticket %(number)s was opened.", number=number), "success")
    for problem in problems:
        flash(problem, "warning")
    try:
        access_ticket(actor, ticket_id)
    except NotFound:
        return redirect(queues.url("open"))
    return redirect(url_for("desk.ticket", number=number))
