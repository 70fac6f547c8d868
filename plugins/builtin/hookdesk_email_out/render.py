"""The words of a mail: the admin's templates in a sandbox, with plain values only."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import force_locale
from jinja2 import Template, TemplateError

from hookdesk.api import CoreSettings, Notification, Recipient, explain, site, text_to_html
from hookdesk_email_out.sandbox import environment, html_environment, made
from hookdesk_email_out.wordings import Draft, Wording


def language(recipient: Recipient) -> str:
    """In which language somebody is written to: their own, else the site's."""
    known: tuple[str, ...] = current_app.extensions["hookdesk_languages"]
    default = site().settings.get("core", CoreSettings).default_locale
    return recipient.locale if recipient.locale in known else default if default in known else "en"


def language_of(recipient: Recipient) -> AbstractContextManager[None]:
    """Inside, words and dates are in the recipient's language."""
    inside: AbstractContextManager[None] = force_locale(language(recipient))
    return inside


def worded(wording: Wording, notification: Notification) -> Notification:
    """The notification with its words; with the next best ones if the admin's cannot be used, so that no mail is lost over a typo."""
    with language_of(notification.recipient):
        for draft in wording.drafts(language(notification.recipient)):
            try:
                return notification.replace(**filled(draft, notification))
            except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
                explain(f"the words for {notification.template} cannot be used ({error}); the next best ones were")
                current_app.logger.warning(
                    "email_out: the template %s cannot be used: %s", wording.kind.name or notification.template, error
                )
    raise AssertionError("unreachable: the last words can be used")


def filled(draft: Draft, notification: Notification) -> dict[str, str]:
    """Subject, text and HTML that a draft makes of a notification's values.

    Raises:
        TemplateError, ArithmeticError, LookupError, TypeError, ValueError: it cannot be used.
    """
    values = notification.context
    subject = " ".join(made(_compiled(draft.subject, False), values).split())[:600]
    if draft.html.strip():
        html = made(_compiled(draft.html, True), values).strip()
    else:
        html = _formatted(draft.text, values) if notification.template == "reply" else ""
    return {"subject": subject, "text": made(_compiled(draft.text, False), values).strip() + "\n", "html": html}


def _formatted(template: str, values: Mapping[str, Any]) -> str:
    """HTML for words that have none of their own, if what somebody wrote is formatted: it stands in them as it was written."""
    message = values["message"]
    if not message["is_formatted"]:
        return ""
    mark = secrets.token_hex(8)
    told = made(_compiled(template, False), {**values, "text": mark, "message": message.having(mark, text=mark)})
    return str(text_to_html(told)).replace(f"<p>{mark}</p>", message["html"]).replace(mark, message["html"])


@lru_cache(maxsize=128)
def _compiled(template: str, is_html: bool) -> Template:
    """Made once for the same words: that takes longer than all else about a mail."""
    return (html_environment if is_html else environment).from_string(template)
