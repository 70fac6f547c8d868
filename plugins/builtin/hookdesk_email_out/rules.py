"""What rules about new tickets can do with mail: send the requester a message of the admin's making."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import ActionField, Event, FilterAction
from hookdesk_email_out import own_kinds, recipients, services
from hookdesk_email_out.occasions import came_from_machine, occasion
from hookdesk_email_out.settings import Settings


def action(settings: Settings) -> FilterAction:
    """Send a template. Machines get none, and nobody more of them than of confirmations, so that no loop comes of it."""

    def choices() -> list[tuple[str, str]]:
        return [(kind.name, str(kind.label)) for kind in own_kinds.own_kinds().values()]

    def check(values: Mapping[str, Any]) -> str:
        return "" if values["template"] in own_kinds.own_kinds() else str(_("the message is gone"))

    hint = _("One of those that you have made among the mail templates, in the requester's language.")
    return FilterAction(
        "mail_template", _("Send the requester a message"), lambda draft, values: draft,
        (ActionField("template", _("Message"), "choice", choices, hint=hint),), check,
        after=lambda event, values: send(settings, event, str(values["template"])),
    )  # fmt: skip


def send(settings: Settings, event: Event, template: str) -> None:
    """Promise the message about the ticket of `ticket_created`, once for each event and template."""
    about = occasion(event) if event.name == "ticket_created" else None
    if about is None or came_from_machine(about.entry):
        return
    key = hashlib.sha256(f"{event.key} {template}".encode()).hexdigest()
    about = about.for_event(Event("notice_raised", key, event.happened_at, event.data))
    owner = [one for one in recipients.participants(about) if one.reason == "requester"]
    services.promise(about, template, [one for one in owner if services.may_confirm(one.address)])
