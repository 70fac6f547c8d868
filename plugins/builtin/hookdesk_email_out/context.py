"""What templates may say on one occasion to one recipient: plain values, and what costs a query only where it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import format_datetime
from markupsafe import Markup
from sqlalchemy import select

from hookdesk.api import (
    Agent,
    CoreSettings,
    FilteringHooks,
    NotificationHooks,
    Recipient,
    User,
    clock,
    people,
    reading,
    shown_name,
    site,
    text_to_html,
)
from hookdesk_email_out.occasions import Occasion
from hookdesk_email_out.variables import Fields, Named, Values


def context(about: Occasion, recipient: Recipient, headline: str = "", url: str | None = None) -> Mapping[str, Any]:
    """The values of `variables.VARIABLES`. `url` stands in for the recipient's own link, which may be a key to the ticket."""
    ticket, entry = about.ticket, about.entry
    text, author = entry.text if entry else "", author_of(about, recipient)
    department = ticket.department_name if recipient.agent_id else about.public_department
    site_name = site().settings.get("core", CoreSettings).site_name
    if url is None:
        url = site().hooks.first(NotificationHooks.ticket_url, ticket=ticket, recipient=recipient) or ""
    return {
        "number": ticket.number, "subject": ticket.subject, "requester": ticket.requester, "department": department,
        "status": shown_name(ticket.status_name), "priority": shown_name(ticket.priority_name), "author": author,
        "text": text, "quoted": quoted(text),
        "signature": _signature(about, recipient), "site_name": site_name, "url": url,
        "headline": str(headline).replace("%(author)s", author), "recipient": Named(recipient.name, recipient.address),
        "ticket": _ticket(about, recipient, str(department)), "message": _message(about, text, author),
        "fields": Fields(lambda: _fields(about, recipient)), "site": Values(site_name, name=site_name, url=site().config.base_url),
    }  # fmt: skip


def _ticket(about: Occasion, recipient: Recipient, department: str) -> Values:
    """`ticket.…`."""
    ticket, is_told = about.ticket, recipient.agent_id is not None
    requester = Named(ticket.requester)
    assignee = ticket.assignee or ""
    if assignee and not is_told:
        assignee = people.public_name(assignee, about.public_department)
    team = (ticket.team or "") if is_told else ""
    return Values(
        ticket.number,
        id=ticket.id, number=ticket.number, subject=ticket.subject, status=shown_name(ticket.status_name), state=ticket.state,
        priority=shown_name(ticket.priority_name), department=department, organization=ticket.organization or "",
        assignee=assignee, team=team,
        assigned=assignee or team, source=ticket.channel, created=_moment(ticket.created_at), updated=_moment(ticket.last_activity_at),
        due=_moment(ticket.due_at), closed=_moment(ticket.closed_at), name=requester.name, first_name=requester.first_name,
        last_name=requester.last_name, email=lambda: people.primary_address(ticket.user_id),
        phone=lambda: reading().scalar(select(User.phone).where(User.id == ticket.user_id)) or "",
        topic=lambda: _topic(ticket.topic_ref),
    )  # fmt: skip


def _fields(about: Occasion, recipient: Recipient) -> dict[str, str]:
    """`fields.…`: what plugins know of the ticket that the recipient may know."""
    is_agent = recipient.agent_id is not None
    found = site().hooks.collect(NotificationHooks.message_values, ticket=about.ticket, for_agent=is_agent)
    return {one.name: one.value for one in found}


def _topic(ref: str) -> str:
    """A help topic in words."""
    return (site().hooks.first(FilteringHooks.topic_label, ref=ref) or "") if ref else ""


def _message(about: Occasion, text: str, author: str) -> Values:
    """`message.…`: what was written."""
    entry = about.entry
    formatted = entry.html if entry else ""
    return Values(
        text,
        text=text,
        html=lambda: Markup(formatted) if formatted else text_to_html(text),  # noqa: S704  # core has sanitized it
        is_formatted=bool(formatted),
        author=author,
        created=_moment(entry.created_at if entry else None),
        quoted=lambda: quoted(text),
    )


def _moment(at: datetime | None) -> str:
    """Date and time in the site's zone and the language of the mail; "" for never."""
    return "" if at is None or at >= clock.NEVER else str(format_datetime(at, "medium"))


def author_of(about: Occasion, recipient: Recipient) -> str:
    """Who wrote, by the name that the recipient may know."""
    if about.entry is None:
        return ""
    is_told = about.entry.agent_id is None or recipient.agent_id is not None
    return str(about.entry.author) if is_told else people.public_name(about.entry.author, about.public_department)


def _signature(about: Occasion, recipient: Recipient) -> str:
    """The signature below what an agent wrote: as they chose, else their own, else the department's; neither tells a requester what they
    shall not know.
    """
    entry, is_told = about.entry, recipient.agent_id is not None
    chosen = about.event.data.get("signature", "")
    if entry is None or entry.agent_id is None or chosen == "none":
        return ""
    own = ""
    if chosen != "department" and (is_told or not people.hides_agents()):
        own = reading().scalar(select(Agent.signature).where(Agent.id == entry.agent_id)) or ""
    return str(own or (about.department.signature if is_told or about.department.is_public else ""))


def quoted(text: str, most_lines: int = 40) -> str:
    """A text as a quotation, its end left out if it is long."""
    lines = text.splitlines()
    kept = [f"> {line}" for line in lines[:most_lines]]
    return "\n".join([*kept, "> …"] if len(lines) > most_lines else kept)
