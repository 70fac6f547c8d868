"""A new ticket."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import (
    Actor,
    FilteringHooks,
    FormParts,
    InboundMessage,
    Outcome,
    Settled,
    TopicChoice,
    access_ticket,
    attachments,
    carried,
    current_actor,
    form_parts,
    limiter,
    people,
    public,
    remember_wanted,
    site,
    system,
)
from hookdesk_portal import challenges, services
from hookdesk_portal.forms import OpenForm
from hookdesk_portal.hookspecs import PortalHooks
from hookdesk_portal.views.blueprint import bp, posts_allowed, promise

SENT = "portal_sent"
TOPIC_CHANGES = "60 per minute"


@bp.route("/open", methods=["GET", "POST"])
@public
@limiter.limit(posts_allowed, methods=["POST"])
def open_form() -> str | Response | tuple[str, int]:
    """The form (`?topic=<reference>` has a topic chosen already); a POST takes the ticket in."""
    first = site().hooks.first(PortalHooks.auth_opening_step, actor=current_actor())
    if first:
        remember_wanted()
        return redirect(url_for(first))
    form, choices = _form()
    if request.method != "POST":
        return _page(form, choices, _parts(form, choices, "shown"))
    parts, actor = _parts(form, choices, "sent"), current_actor()
    if not form.validate() or parts.problems:
        if form.attachments.data and (actor.user_id is not None or not challenges.problems("open")):
            form.attachments.keep()
        return _page(form, choices, parts), 422
    if unsolved := challenges.problems("open"):
        return _page(form, choices, parts, unsolved), 422
    try:
        settled = services.open_ticket(actor, _message(form, actor, parts), request.remote_addr or "", parts.files)
    except (attachments.NoStorage, OSError):
        form.attachments.errors = (
            _("Files cannot be stored at the moment. Send it without them, or try again later."),
        )
        return _page(form, choices, parts), 503
    if settled.outcome is Outcome.REJECTED:
        form.attachments.keep()
        return _page(form, choices, parts, _problems(settled)), 422
    return _sent(settled, _address(form, actor))


@bp.post("/open/fields")
@public
@limiter.limit(TOPIC_CHANGES)
def open_fields() -> str | Response:
    """The form again with the fields of the topic that was chosen; what was written is kept and not judged."""
    if site().hooks.first(PortalHooks.auth_opening_step, actor=current_actor()):
        return redirect(url_for("portal.open_form"))
    form, choices = _form()
    return _page(form, choices, _parts(form, choices, "swapped"))


def _parts(form: OpenForm, choices: list[TopicChoice], stage: str) -> FormParts:
    """The further fields of the chosen topic; of none if it is not on offer."""
    wanted = form.topic.data if form.topic else ""
    topic = wanted if any(choice.ref == wanted for choice in choices) else ""
    return form_parts(current_actor(), topic, stage)


def _form() -> tuple[OpenForm, list[TopicChoice]]:
    """The form with the fields that apply, filled with what is known already, and the topics on offer."""
    actor = current_actor()
    choices = site().hooks.collect(FilteringHooks.topic_choices, actor=actor)
    form = OpenForm()
    form.fit(choices, is_known=actor.is_signed_in)
    if request.method != "POST" and form.topic:
        wanted = request.args.get("topic", "")
        form.topic.data = wanted if any(choice.ref == wanted for choice in choices) else ""
    if request.method != "POST" and form.name and actor.user_id is not None:
        # a guest: known by a mailed link, which is no sign-in, so the fields are filled in and stay open
        form.name.data, form.email.data = actor.name, people.primary_address(actor.user_id)
    return form, choices


def _address(form: OpenForm, actor: Actor) -> str:
    """Where answers go."""
    if form.email:
        return people.normal_address(form.email.data or "")
    return people.primary_address(actor.user_id or 0)


def _message(form: OpenForm, actor: Actor, parts: FormParts) -> InboundMessage:
    """What was filled in."""
    return InboundMessage(
        channel="portal",
        sender_address=_address(form, actor),
        sender_name=form.name.data if form.name else actor.name,
        subject=form.subject.data,
        text=form.message.data,
        files=form.attachments.files(),
        topic=form.topic.data if form.topic else "",
        fields=parts.fields,
    )


def _problems(settled: Settled) -> list[str]:
    """Why it was turned away: in the words of those who did, unless those are for the admin's ledger only."""
    return list(settled.problems) or [_("This site does not take this message. If that surprises you, call us.")]


def _page(form: OpenForm, choices: list[TopicChoice], parts: FormParts, problems: list[str] | None = None) -> str:
    """The form's page."""
    chosen = next((choice for choice in choices if form.topic and choice.ref == form.topic.data), None)
    is_picked = chosen is not None and request.args.get("topic") == chosen.ref
    return render_template(
        "portal/open.html",
        form=form,
        choices=choices,
        chosen=chosen,
        is_picked=is_picked,
        parts=parts,
        problems=problems or [],
        challenges=challenges.snippets("open"),
        promise=promise(),
        can_mail=services.can_mail(),
        kept=[carried(file) for file in form.attachments.kept],
        actor=current_actor(),
        most_bytes=site().config.max_upload_bytes,
    )


def _sent(settled: Settled, address: str) -> Response:
    """To the confirmation by a redirect, so that reloading sends nothing twice. Its body says the same, for scripts that do not follow."""
    number = settled.number
    if settled.ticket_id is not None and not number:  # it came twice
        number = access_ticket(system("portal"), settled.ticket_id).number
    session[SENT] = {"number": number, "address": address, "outcome": str(settled.outcome)}
    response = make_response(_confirmation(session[SENT]), 303)
    response.headers["Location"] = url_for("portal.sent")
    return response


@bp.get("/open/sent")
@public
def sent() -> str | Response:
    """The confirmation."""
    if SENT not in session:
        return redirect(url_for("portal.open_form"))
    return _confirmation(session[SENT])


def _confirmation(told: dict[str, str]) -> str:
    """The number, what happens next and when."""
    return render_template("portal/sent.html", **told, promise=promise(), can_mail=services.can_mail())
