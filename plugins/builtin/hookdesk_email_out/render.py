"""The words of a mail: the admin's templates in a sandbox, with plain values only."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from jinja2 import Template, TemplateError

from hookdesk.api import Notification, explain
from hookdesk_email_out.sandbox import environment
from hookdesk_email_out.settings import Settings

FIELD = {
    "autoresponse": "words_autoresponse",
    "opened_for_you": "words_opened",
    "received": "words_received",
    "reply": "words_reply",
    "message": "words_message",
}
MOST_CHARACTERS = 500_000


def words(settings: Settings, notification: Notification) -> str:
    """The text of a notification; with the default words if the admin's cannot be used, so that no mail is lost over a typo.

    Words that nobody changed are in the language of the site, if a catalogue has them.
    """
    field = FIELD.get(notification.template, "words_alert")
    for template in (getattr(settings, field), getattr(Settings(), field)):
        try:
            return _render(_(template) if template else "", notification.context)
        except (TemplateError, TypeError, ValueError, OverflowError) as error:
            explain(f"the words for {notification.template} cannot be used ({error}); the default ones were")
            current_app.logger.warning("email_out: the template %s cannot be used: %s", field, error)
    raise AssertionError("unreachable: the default words can be used")


def _render(template: str, context: Any) -> str:
    """The template with its values, bounded."""
    return _compiled(template).render(**context)[:MOST_CHARACTERS].strip() + "\n"


@lru_cache(maxsize=64)
def _compiled(template: str) -> Template:
    """Made once for the same words: that takes longer than all else about a mail."""
    return environment.from_string(template)


def quoted(text: str, most_lines: int = 40) -> str:
    """A text as a quotation, its end left out if it is long."""
    lines = text.splitlines()
    kept = [f"> {line}" for line in lines[:most_lines]]
    return "\n".join([*kept, "> …"] if len(lines) > most_lines else kept)
