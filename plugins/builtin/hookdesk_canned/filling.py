"""A response's text: a template with variables, checked when it is saved and filled in for one ticket.

The words, their sandbox and their lint are those of mail templates: whoever knows one knows the other.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from flask_babel import gettext as _
from jinja2 import TemplateError
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    CoreSettings,
    Event,
    Recipient,
    ReplyDraft,
    ThreadEntry,
    TicketView,
    User,
    absolute_url,
    clock,
    html_to_text,
    is_markup,
    people,
    reading,
    sanitize_html,
    site,
    text_to_html,
)
from hookdesk_email_out import lint, osticket
from hookdesk_email_out.context import context
from hookdesk_email_out.occasions import Occasion, assembled
from hookdesk_email_out.render import language_of
from hookdesk_email_out.sandbox import html_environment, made
from hookdesk_email_out.variables import variables

logger = logging.getLogger("hookdesk.canned")
NOT_HERE = frozenset({"text", "quoted", "headline", "signature", "message.text", "message.quoted"})
"""Variables that mean nothing in a reply that is still being written, or that have a better form there."""
_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def offered() -> dict[str, str]:
    """The variables that the editor lists: name → what it stands for."""
    return {
        **{name: label for name, label in variables().items() if name not in NOT_HERE},
        "author": _("Who answers, by the name that the requester may know"),
        "message.html": _("What the requester wrote last"),
    }


def normal(html: str) -> str:
    """A text as it is stored: osTicket's variables in our way, and what stands within braces free of an editor's marks."""
    fields = [name.removeprefix("fields.") for name in variables() if name.startswith("fields.")]
    html = osticket.converted(html, is_html=True, fields=fields)
    html = _CODE.sub(lambda found: unescape(_TAG.sub("", found[0])).replace("\xa0", " "), html)
    return html if is_markup(html) else f"<div>{html}</div>"


def problems(html: str) -> list[str]:
    """What is wrong with a text: variables that are not there, with what was probably meant."""
    return [problem.text for problem in lint.problems(html, is_html=True)]


def filled(html: str, values: Mapping[str, Any]) -> str:
    """The text with its values, as safe HTML; as it was written if it cannot be filled in, so that nobody stands without words."""
    try:
        return sanitize_html(made(html_environment.from_string(html), values))
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        logger.warning("the variables of a canned response could not be filled in: %s", error)
        return html


def for_ticket(html: str, view: TicketView, author: Actor | None) -> tuple[str, str]:
    """HTML and plain text of a response for one ticket, with what its requester may know; `author` is the agent who answers."""
    requester = _requester(view)
    with language_of(requester):
        done = filled(html, _values(view, requester, author))
    return done, html_to_text(done)


def first_answer(reply: ReplyDraft, actor: Actor, view: TicketView) -> ReplyDraft | None:
    """The first answer on a ticket that an agent has opened, filled in; None if it names no variables, or any that are not there."""
    if not _CODE.search(reply.html or reply.text):
        return None
    html = normal(reply.html or str(text_to_html(reply.text)))
    if problems(html):
        return None
    done, text = for_ticket(html, view, actor)
    return reply.replace(html=done if reply.html else "", text=text)


def _values(view: TicketView, requester: Recipient, author: Actor | None) -> dict[str, Any]:
    """What the variables stand for."""
    about = _about(view)
    if about is None:  # its department is gone this moment
        return {}
    # No link that admits whoever has it: everybody who gets the reply reads the text.
    return {**context(about, requester, url=_address(view)), "signature": "", "author": _named(author, about)}


def _about(view: TicketView) -> Occasion | None:
    """The ticket with the last message of its requester."""
    last = select(ThreadEntry.id).where(ThreadEntry.ticket_id == view.id, ThreadEntry.kind == "message")
    entry_id = reading().scalar(last.order_by(ThreadEntry.id.desc()).limit(1))
    event = Event("canned", "", clock.now(), {"ticket_id": view.id, "entry_id": entry_id})
    return assembled(event, view)


def _requester(view: TicketView) -> Recipient:
    """Whom the answer is for."""
    locale = reading().scalar(select(User.locale).where(User.id == view.user_id)) or ""
    address = people.primary_address(view.user_id)
    return Recipient(address, view.requester, "requester", user_id=view.user_id, locale=locale)


def _address(view: TicketView) -> str:
    """The ticket in the portal, for who is signed in there; "" without a portal."""
    has_portal = site().plugins.get("portal") is not None
    return absolute_url("portal.ticket", number=view.number) if has_portal else ""


def _named(author: Actor | None, about: Occasion) -> str:
    """Who answers, as requesters are told."""
    if author is None or not author.is_agent:
        return about.public_department or site().settings.get("core", CoreSettings).site_name
    return people.public_name(author.name, about.public_department)
