"""How a message would look on a real ticket: to the admin's eyes, through the guard, with nobody's key in its link."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _
from jinja2 import TemplateError
from sqlalchemy import ColumnElement, select

from hookdesk.api import (
    Actor,
    Event,
    NotFound,
    Notification,
    Recipient,
    TemplateKind,
    ThreadEntry,
    Ticket,
    access_number,
    clock,
    entry_scope,
    html_body,
    people,
    reading,
    sanitize_html,
    scope,
    site,
)
from hookdesk_email_out import context, editing, kinds, lint, render
from hookdesk_email_out.occasions import Occasion, assembled
from hookdesk_email_out.wordings import Draft


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as it would go out, or in `problem` why not."""

    number: str = ""
    recipient: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    problem: str = ""


def shown(actor: Actor, kind: TemplateKind, draft: Draft, locale: str, number: str = "") -> Preview:
    """A draft on a ticket: on the newest one that the admin sees, unless a number is given."""
    number = number.strip().lstrip("#") or _newest(actor, kind)
    if not number:
        return Preview(problem=_("There is no ticket yet on which to show it."))
    try:
        about = _occasion(actor, kind, number)
    except NotFound:
        about = None
    if about is None:
        return Preview(number, problem=_("There is no ticket %(number)s, or you may not see it.", number=number[:40]))
    recipient = _recipient(actor, kind, about, locale)
    with force_locale(render.language(recipient)):
        filled = _filled(kind, draft, about, recipient)
    if isinstance(filled, str):
        return Preview(number, recipient.name, problem=filled)
    html, _blocked = html_body(sanitize_html(filled["html"]), {}, show_remote=False)
    return Preview(number, recipient.name, filled["subject"], filled["text"], html)


def _about(kind: TemplateKind) -> list[ColumnElement[bool]]:
    """Which entries such a message could be about."""
    return [] if kind.for_agents else [ThreadEntry.kind == ("response" if kind.name == "reply" else "message")]


def _newest(actor: Actor, kind: TemplateKind) -> str:
    """The number of the newest ticket that somebody sees and that such a message could be about; "" if there is none."""
    written = select(ThreadEntry.id).where(ThreadEntry.ticket_id == Ticket.id, *_about(kind)).exists()
    seen = select(Ticket.number).where(scope(actor), written)
    return reading().scalar(seen.order_by(Ticket.id.desc()).limit(1)) or ""


def _occasion(actor: Actor, kind: TemplateKind, number: str) -> Occasion | None:
    """The ticket with its newest entry that such a message could be about."""
    ticket = access_number(actor, number)
    newest = select(ThreadEntry.id).where(ThreadEntry.ticket_id == ticket.id, entry_scope(actor), *_about(kind))
    entry_id = reading().scalar(newest.order_by(ThreadEntry.id.desc()).limit(1))
    return assembled(Event("preview", "", clock.now(), {"ticket_id": ticket.id, "entry_id": entry_id}), ticket)


def _recipient(actor: Actor, kind: TemplateKind, about: Occasion, locale: str) -> Recipient:
    """The admin, of what agents are told; else the requester."""
    if kind.for_agents:
        return Recipient(actor.email, actor.name, "preview", agent_id=actor.agent_id, locale=locale)
    address = people.primary_address(about.ticket.user_id)
    return Recipient(address, about.ticket.requester, "preview", user_id=about.ticket.user_id, locale=locale)


def _filled(kind: TemplateKind, draft: Draft, about: Occasion, recipient: Recipient) -> dict[str, str] | str:
    """What the draft makes of it; or, in words, why it cannot be used."""
    draft = editing.converted(draft)
    parts = ((draft.subject, False), (draft.text, False), (draft.html, True))
    wrong = [str(one) for template, is_html in parts for one in lint.problems(template, is_html)]
    if wrong:
        return "\n".join(wrong)
    headline = next((alert.headline for alert in kinds.alerts().values() if alert.template == kind.name), "")
    link = f"{site().config.base_url.rstrip('/')}/…"
    values = context.context(about, recipient, headline, url=link)
    try:
        return render.filled(draft, Notification(kind.name, recipient, about.ticket.id, None, context=values))
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        return str(_("It cannot be used with this ticket: %(error)s.", error=str(error).rstrip(".")))
