"""The fields of the ticket itself, of who wrote it, and of the message that opened it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from hookdesk import clock
from hookdesk.db.context import reading
from hookdesk.hookspecs import FilteringHooks, SlaHooks
from hookdesk.models import (
    Agent,
    Attachment,
    Collaborator,
    Department,
    Organization,
    Priority,
    Status,
    Team,
    ThreadEntry,
    Ticket,
    User,
    UserEmail,
)
from hookdesk.names import shown_name
from hookdesk.services.intake_decide import body
from hookdesk.site import site
from hookdesk.types.actors import system
from hookdesk.types.criteria import Field, FieldType
from hookdesk.types.drafts import TicketDraft

MOST_OFFERED = 5000


def core_fields() -> tuple[Field, ...]:
    """All of them, in the order in which editors list them."""
    return (*_message_fields(), *_ticket_fields())


def _message_fields() -> tuple[Field, ...]:
    """What came in, and from whom."""
    text, sql, group = FieldType.TEXT, _expressions(), _("Message")
    return (
        Field("subject", _("Subject"), text, Ticket.subject, "subject", group=group),
        Field("body", _("Text"), text, sql["body"], "body", read=lambda draft: body(draft.message), group=group),
        Field("email", _("Sender's address"), text, sql["email"], "email", True, _sender_address, group=group),
        Field("sender", _("Sender's name"), text, sql["sender"], "sender", read=_sender_name, group=group),
        Field("recipients", _("To and Cc"), text, None, "recipients", True, _recipients, group=group),
        Field("mailbox", _("Mailbox"), text, None, "mailbox", read=_mailbox, group=group),
        Field("header", _("Mail header"), text, None, "header", True, _header_lines, group=group),
        Field("filename", _("Name of a file"), text, sql["filename"], "filename", True, _file_names, group=group),
        Field(
            "channel", _("Channel"), FieldType.CHOICE, Ticket.channel, "channel", choices=channel_choices, group=group
        ),
    )


def _ticket_fields() -> tuple[Field, ...]:
    """What the ticket says of itself."""
    choice, number, moment, group = FieldType.CHOICE, FieldType.NUMBER, FieldType.MOMENT, _("Ticket")

    def late(name: str, label: str, kind: FieldType, column: Any, attribute: str, **more: Any) -> Field:
        return Field(name, label, kind, column, attribute, is_early=False, group=group, **more)

    def named(
        name: str, label: str, column: Any, attribute: str, choices: Callable[[], Iterable[Any]], mine: str = ""
    ) -> Field:
        return Field(name, label, choice, column, attribute, choices=choices, group=group, mine=mine)

    return (
        named("topic", _("Help topic"), Ticket.topic_ref, "topic", _topics),
        named("sla", _("SLA plan"), Ticket.sla_ref, "sla", _plans),
        named("department", _("Department"), Ticket.department_id, "department_id", lambda: _named(Department), "departments"),
        named("assignee", _("Assignee"), Ticket.assignee_id, "assignee_id", lambda: _named(Agent), "agent_id"),
        named("team", _("Team"), Ticket.team_id, "team_id", lambda: _named(Team), "teams"),
        named("status", _("Status"), Ticket.status_id, "status_id", lambda: _named(Status, Status.position)),
        named("priority", _("Priority"), Ticket.priority_id, "priority_id", lambda: _named(Priority, Priority.rank)),
        Field("requester", _("Requester"), choice, Ticket.user_id, "user_id", group=group),
        named(
            "organization",
            _("Organization"),
            Ticket.organization_id,
            "organization_id",
            lambda: _named(Organization),
        ),
        Field(
            "collaborator", _("Collaborator"), FieldType.TEXT, _expressions()["collaborator"], "followers", True,
            lambda draft: (), is_early=False, group=group,
        ),
        late("answered", _("Answered"), FieldType.BOOLEAN, Ticket.is_answered, "is_answered"),
        late("entries", _("Number of entries"), number, Ticket.entry_count, "entry_count"),
        late("created", _("Created"), moment, Ticket.created_at, "created_at"),
        late("activity", _("Last activity"), moment, Ticket.last_activity_at, "last_activity_at"),
        late("due", _("Due"), moment, Ticket.due_at, "due_at", empty=clock.NEVER),
        late("closed", _("Closed"), moment, Ticket.closed_at, "closed_at"),
        late("reopened", _("Reopened"), moment, Ticket.reopened_at, "reopened_at"),
        late("number", _("Ticket number"), FieldType.TEXT, Ticket.number, "number"),
        late("files", _("Number of files"), number, Ticket.attachment_count, "attachment_count"),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _expressions() -> dict[str, Any]:
    """The SQL of what does not stand in the ticket's own row, made once."""
    first_entry = select(func.min(ThreadEntry.id)).where(ThreadEntry.ticket_id == Ticket.id).scalar_subquery()
    opening = select(ThreadEntry.text).where(ThreadEntry.ticket_id == Ticket.id).order_by(ThreadEntry.id).limit(1)
    followers = select(UserEmail.address).join(Collaborator, Collaborator.user_id == UserEmail.user_id)
    return {
        "body": opening.correlate(Ticket).scalar_subquery(),
        "email": select(UserEmail.address).where(UserEmail.user_id == Ticket.user_id).correlate(Ticket),
        "sender": select(User.name).where(User.id == Ticket.user_id).correlate(Ticket).scalar_subquery(),
        "filename": select(Attachment.filename)
        .where(Attachment.ticket_id == Ticket.id, Attachment.entry_id == first_entry)
        .correlate(Ticket),
        "collaborator": followers.where(Collaborator.ticket_id == Ticket.id).correlate(Ticket),
    }


def _sender_address(draft: TicketDraft) -> tuple[str, ...]:
    """One now; stored users may have several."""
    return (draft.message.sender_address,)


def _sender_name(draft: TicketDraft) -> str:
    """As the message gives it."""
    return draft.message.sender_name


def _recipients(draft: TicketDraft) -> tuple[str, ...]:
    """To whom a mail was addressed."""
    return draft.message.to + draft.message.cc


def _mailbox(draft: TicketDraft) -> str:
    """Where a mail arrived."""
    return draft.message.mailbox


def _header_lines(draft: TicketDraft) -> tuple[str, ...]:
    """Each header as a line, e.g. "X-Priority: 1"."""
    return tuple(f"{name}: {value}" for name, value in draft.message.headers)


def _file_names(draft: TicketDraft) -> tuple[str, ...]:
    """Of the files that came along."""
    return tuple(file.filename for file in draft.message.files)


def channel_choices() -> list[tuple[str, str]]:
    """The channels that ship with Hookdesk; a plugin's own is written as it is called."""
    return [
        ("portal", _("Portal")), ("email", _("E-mail")), ("api", _("API")), ("phone", _("Phone")), ("web", _("Web")),
        ("other", _("Otherwise")),
    ]  # fmt: skip


def _topics() -> list[tuple[str, str]]:
    """What a ticket can be about."""
    offered = site().hooks.collect(FilteringHooks.topic_choices, actor=system("criteria"))
    return [(topic.ref, topic.label) for topic in offered]


def _plans() -> list[tuple[str, str]]:
    """What a ticket can be promised."""
    return site().hooks.collect(SlaHooks.sla_choices)


def _named(model: Any, order: Any = None) -> list[tuple[int, str]]:
    """Id and name of the rows of a table, at most `MOST_OFFERED`."""
    asked = select(model.id, model.name).order_by(model.name if order is None else order, model.id)
    shown = shown_name if model in (Status, Priority) else str
    return [(row.id, shown(row.name)) for row in reading().all(asked.limit(MOST_OFFERED))]
