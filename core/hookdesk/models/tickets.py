"""Tickets and what hangs on them: status, priority, thread, attachments, collaborators, referrals, events."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.models.base import Base, Body, Id, Json, JsonList, Line, Moment, Name, PrimaryKey, UTCDateTime


class Status(Base):
    """A ticket status. `state` is "open" or "closed"; `look` picks glyph and colour: open, pending, solved or closed.

    `requesters_may`: they may close their own tickets with it. `reopens_as_id`: what a requester's message leads to; None for the default.
    """

    __tablename__ = "status"
    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Name] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(String(10))
    position: Mapped[int] = mapped_column(default=0)
    is_default: Mapped[bool] = mapped_column(default=False)
    may_reopen: Mapped[bool] = mapped_column(default=True)
    look: Mapped[str] = mapped_column(String(20), default="open")
    is_active: Mapped[bool] = mapped_column(default=True)
    reopens_as_id: Mapped[int | None] = mapped_column(Id)
    requesters_may: Mapped[bool] = mapped_column(default=False)


class Priority(Base):
    """A priority. The lower the `rank`, the more urgent; `look` picks glyph and colour: emergency, high, normal or low.

    `is_public`: requesters may choose it where a form asks them.
    """

    __tablename__ = "priority"
    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Name] = mapped_column(unique=True)
    rank: Mapped[int]
    is_default: Mapped[bool] = mapped_column(default=False)
    look: Mapped[str] = mapped_column(String(20), default="normal")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_public: Mapped[bool] = mapped_column(default=False)


_NARROWING = ("department_id", "assignee_id", "status_id", "is_answered", "priority_id", "organization_id")
_IS_MERGED = text("merged_into_id IS NOT NULL")


class Ticket(Base):
    """A conversation with a requester.

    `state`, `priority_rank`, `last_activity_at`, `due_at`, `snippet` and the like repeat what other rows say, so that lists need one index
    walk and no join; only services write them. `due_at`, what is due next, is never NULL: `hookdesk.clock.NEVER` stands for "no deadline";
    `fixed_due_at` is the date that an agent has set for the whole ticket.
    `updates` grows with each change of thread or properties: a page knows by it whether it shows the newest. A `state` of "deleted" is the
    bin: since `deleted_at`, and out of every scope. `merged_into_id` is the ticket where this one's conversation goes on;
    `related` counts the tickets that plugins tied to this one, so that a page without any looks for none.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        # the columns after the id let pages and counts of queues by status, department, assignee, priority and so on stay within the index
        Index("ix_ticket_state_activity", "state", "last_activity_at", "id", *_NARROWING),
        Index("ix_ticket_state_created", "state", "created_at", "id", "department_id", "assignee_id", "team_id"),
        Index("ix_ticket_state_priority", "state", "priority_rank", "id"),
        Index("ix_ticket_state_due", "state", "due_at", "id", "department_id", "priority_id"),
        Index("ix_ticket_state_closed", "state", "closed_at", "id", "department_id", "assignee_id", "team_id"),
        Index("ix_ticket_department_state_due", "department_id", "state", "due_at", "id", "priority_id"),
        Index(
            "ix_ticket_department_state_activity",
            "department_id",
            "state",
            "last_activity_at",
            "id",
            "assignee_id",
            "status_id",
            "is_answered",
            "priority_id",
            "organization_id",
        ),
        Index(
            "ix_ticket_assignee_state_activity",
            "assignee_id",
            "state",
            "last_activity_at",
            "id",
            "department_id",
            "status_id",
        ),
        Index(
            "ix_ticket_team_state_activity",
            "team_id",
            "state",
            "last_activity_at",
            "id",
            "department_id",
            "assignee_id",
            "status_id",
        ),
        Index("ix_ticket_status_state_activity", "status_id", "state", "last_activity_at", "id"),
        Index("ix_ticket_user_activity", "user_id", "last_activity_at", "id"),
        Index("ix_ticket_organization_activity", "organization_id", "last_activity_at", "id", "state", "department_id"),
        Index("ix_ticket_merged_into_id", "merged_into_id", sqlite_where=_IS_MERGED, postgresql_where=_IS_MERGED),
    )
    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    subject: Mapped[Line]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="RESTRICT"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="SET NULL"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id", ondelete="RESTRICT"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", ondelete="SET NULL"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    status_id: Mapped[int] = mapped_column(ForeignKey("status.id", ondelete="RESTRICT"))
    state: Mapped[str] = mapped_column(String(10))
    priority_id: Mapped[int] = mapped_column(ForeignKey("priority.id", ondelete="RESTRICT"))
    priority_rank: Mapped[int]
    topic_ref: Mapped[str] = mapped_column(String(120), default="")
    sla_ref: Mapped[str] = mapped_column(String(120), default="")
    channel: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[Moment]
    fixed_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_answered: Mapped[bool] = mapped_column(default=False)
    snippet: Mapped[str] = mapped_column(String(200), default="")
    snippet_by: Mapped[str] = mapped_column(String(100), default="")
    entry_count: Mapped[int] = mapped_column(default=0)
    attachment_count: Mapped[int] = mapped_column(default=0)
    updates: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    last_activity_at: Mapped[Moment]
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reopened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    merged_into_id: Mapped[int | None] = mapped_column(Id)
    related: Mapped[int] = mapped_column(default=0, server_default="0")


class ThreadEntry(Base):
    """A message (requester), response (agent, public) or note (internal). `quoted` is what was folded away under `text`.

    `message_id` (no angle brackets; a SHA-256 in hex if longer than 250 characters) is unique: one mail never makes two entries.
    """

    __tablename__ = "thread_entry"
    __table_args__ = (Index("ix_thread_entry_ticket_id_id", "ticket_id", "id"),)
    id: Mapped[PrimaryKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", ondelete="SET NULL"))
    author: Mapped[Name]
    channel: Mapped[str] = mapped_column(String(40))
    text: Mapped[Body]
    html: Mapped[Body] = mapped_column(default="")
    quoted: Mapped[Body] = mapped_column(default="")
    message_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    recipients: Mapped[JsonList] = mapped_column(default=list)
    intake_id: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[Moment]
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    edited_by: Mapped[str] = mapped_column(String(200), default="", server_default="")


class EntryVersion(Base):
    """What an entry said before it was edited: the words, who had written them and when."""

    __tablename__ = "entry_version"
    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey("thread_entry.id", ondelete="CASCADE"), index=True)
    author: Mapped[Name]
    text: Mapped[Body]
    html: Mapped[Body] = mapped_column(default="")
    written_at: Mapped[Moment]


class Attachment(Base):
    """A file on a ticket: its name and where the bytes are. Bytes are content-addressed (`sha256`) in the backend `storage`."""

    __tablename__ = "attachment"
    id: Mapped[PrimaryKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("thread_entry.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    storage: Mapped[str] = mapped_column(String(40))
    content_id: Mapped[str] = mapped_column(String(255), default="")
    created_at: Mapped[Moment]


class Collaborator(Base):
    """A user who follows a ticket besides its owner. One who is not active sees it, but is sent no mail."""

    __tablename__ = "collaborator"
    __table_args__ = (UniqueConstraint("ticket_id", "user_id"),)
    id: Mapped[PrimaryKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]


class Referral(Base):
    """A ticket shown to an agent, team or department that does not own it. Exactly one of the three is set."""

    __tablename__ = "referral"
    id: Mapped[PrimaryKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Moment]


class TicketEvent(Base):
    """Something that happened to a ticket, in the words of the log: `kind` and a small JSON of before and after."""

    __tablename__ = "ticket_event"
    __table_args__ = (Index("ix_ticket_event_ticket_id_id", "ticket_id", "id"),)
    id: Mapped[PrimaryKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    actor: Mapped[Name]
    agent_id: Mapped[int | None] = mapped_column(Id)
    user_id: Mapped[int | None] = mapped_column(Id)
    data: Mapped[Json] = mapped_column(default=dict)
    created_at: Mapped[Moment]


class Decision(Base):
    """One step of the trace: which hook of which plugin decided what about an intake record or ticket, why, and how long it took.

    `rules` holds what was asked of the plugin's rules, in the short form of `services.decisions`.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_ticket_id_id", "ticket_id", "id"),
        Index("ix_decision_intake_id_id", "intake_id", "id"),
    )
    id: Mapped[PrimaryKey]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    intake_id: Mapped[int | None] = mapped_column(Id)
    hook: Mapped[str] = mapped_column(String(60))
    plugin: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    changes: Mapped[Json] = mapped_column(default=dict)
    compared: Mapped[JsonList] = mapped_column(default=list)
    rules: Mapped[JsonList] = mapped_column(default=list, server_default="[]")
    microseconds: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
