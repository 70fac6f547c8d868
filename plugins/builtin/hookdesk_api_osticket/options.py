"""What a call asks for beyond the message, applied to the draft: told or not, confirmed or not, channel, priority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select

from hookdesk.api import Priority, TicketDraft, explain, reading
from hookdesk_api_osticket import calls

CHANNEL = "api"
OPTIONS = "api_osticket"
"""The field of a message in which the options travel: no form and no mail can set it."""
SOURCES = {"web": "web", "phone": "phone", "email": "email", "other": "other", "api": CHANNEL}
"""osTicket's sources, and the channels that they are here."""


def applied(draft: TicketDraft) -> TicketDraft | None:
    """The draft as its call asks for it, with the call's line of the log beside; None if it came in by another door."""
    asked = draft.message.fields.get(OPTIONS)
    if draft.message.channel != CHANNEL or not isinstance(asked, Mapping):
        return None
    changes: dict[str, Any] = {"alert": bool(asked["alert"]), "autoresponse": bool(asked["autorespond"])}
    changes["channel"] = str(asked["channel"])
    priority_id = _priority_id(str(asked["priority"]))
    if priority_id is not None:
        changes["priority_id"] = priority_id
    explain("asked for by the program that called the API")
    fields = {name: value for name, value in draft.fields.items() if name != OPTIONS}
    return draft.replace(**changes, fields=fields).with_rows(calls.TABLE, calls.restored(asked["call"]))


def _priority_id(asked: str) -> int | None:
    """The priority of that id, key or name; None if there is none, for osTicket ignores that too."""
    if not asked:
        return None
    is_named = or_(Priority.key == asked.lower(), Priority.name == asked)
    is_meant = Priority.id == int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < 10 else is_named
    found = reading().scalar(select(Priority.id).where(is_meant).limit(1))
    return int(found) if found is not None else None
