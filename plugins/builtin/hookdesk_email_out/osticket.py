"""osTicket's way to write variables, `%{ticket.number}`, in ours, `{{ ticket.number }}`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from hookdesk_email_out.variables import written

WRITTEN = re.compile(r"(?:%\{|%7B)\s*([\w.-]+)\s*(?:\}|%7D)", re.IGNORECASE)

_PERSON: Mapping[str, str] = {
    ".name": "", ".name.first": ".first_name", ".name.last": ".last_name", ".name.full": ".name", ".name.short": ".name",
    ".name.formal": ".name", ".name.original": ".name", ".email": ".email",
}  # fmt: skip
_DATE = ("", ".short", ".long", ".full", ".date", ".time")
_ENTRY = ("", ".body")


def _known() -> Mapping[str, str]:
    """osTicket's name → ours."""
    known = {
        "ticket.id": "ticket.id", "ticket.number": "ticket.number", "ticket.subject": "ticket.subject", "ticket.email": "ticket.email",
        "ticket.phone": "ticket.phone", "ticket.status": "ticket.status", "ticket.status.name": "ticket.status",
        "ticket.status.state": "ticket.state", "ticket.priority": "ticket.priority", "ticket.dept": "ticket.department",
        "ticket.dept.name": "ticket.department", "ticket.topic": "ticket.topic", "ticket.topic.name": "ticket.topic",
        "ticket.topic.fullname": "ticket.topic", "ticket.team": "ticket.team", "ticket.team.name": "ticket.team",
        "ticket.staff": "ticket.assignee", "ticket.staff.name": "ticket.assignee", "ticket.assigned": "ticket.assigned",
        "assignee": "ticket.assigned", "assignee.name": "ticket.assigned", "ticket.source": "ticket.source",
        "ticket.client_link": "url", "ticket.staff_link": "url", "recipient.ticket_link": "url", "ticket.user.name": "ticket.name",
        "ticket.user.email": "ticket.email", "ticket.user.organization": "ticket.organization",
        "ticket.user.organization.name": "ticket.organization", "user.organization.name": "ticket.organization",
        "recipient": "recipient.name", "user": "recipient.name", "poster": "author", "poster.name": "author", "staff": "author",
        "staff.name": "author", "assigner": "author", "assigner.name": "author", "comments": "text", "signature": "signature",
        "ticket.dept.signature": "signature", "company.name": "site.name", "company": "site.name", "url": "site.url",
        "activity.title": "headline", "activity": "headline", "activity.description": "headline",
    }  # fmt: skip
    for theirs, ours in (("ticket.name", "ticket"), ("ticket.user.name", "ticket"), ("recipient.name", "recipient")):
        parts = {
            "": ".name",
            **{key.removeprefix(".name"): value or ".name" for key, value in _PERSON.items() if key != ".email"},
        }
        known |= {theirs + part: ours + name for part, name in parts.items()}
    known |= {f"user{part}": f"recipient{name or '.name'}" for part, name in _PERSON.items()}
    known["recipient.email"] = "recipient.email"
    for theirs, ours in (("create", "created"), ("due", "due"), ("close", "closed")):
        known |= {f"ticket.{theirs}_date{part}": f"ticket.{ours}" for part in _DATE}
    known |= {f"ticket.last_update{part}": "ticket.updated" for part in _DATE}
    for entry in ("message", "response", "note"):
        known |= {f"{entry}{part}": "message.text" for part in _ENTRY}
        known |= {f"{entry}.poster": "message.author", f"{entry}.create_date": "message.created"}
    return known


KNOWN = _known()


def converted(template: str, is_html: bool = False, fields: Collection[str] = ()) -> str:
    """A template with the variables that are known written in our way; the others stay, and are told by the lint.

    `fields` are names of a ticket's further fields, which osTicket writes as `%{ticket.<name>}`.
    """

    def ours(found: re.Match[str]) -> str:
        theirs = found[1].lower()
        own = theirs.removeprefix("ticket.")
        name = KNOWN.get(theirs) or (written(f"fields.{own}") if own != theirs and own in fields else None)
        if name is None:
            return found[0]
        return f"{{{{ {'message.html' if is_html and name == 'message.text' else name} }}}}"

    return WRITTEN.sub(ours, template)
