"""Tasks with their threads, who follows them, and checklists to make them from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("tasks")


class Task(Base):
    """Something to be done, for a ticket or by itself. `state` is "open" or "closed"; an open one keeps its ticket from being closed.

    `html` is the description where it is formatted. `due_at` is never NULL: `clock.NEVER` stands for "no date". `is_overdue` is set once,
    by the job that tells of it. `origin` says what made it, where that must not make it twice. `updates` grows with each change.
    `department_id` is NULL once that department is gone; one that `is_bound` was made for a ticket, and goes once its ticket is gone.
    `merged_from_id`: the ticket from which a merge has brought it.
    """

    __tablename__ = "p_tasks__task"
    __table_args__ = (
        Index("ix_p_tasks__task_state_updated", "state", "updated_at", "id"),
        Index("ix_p_tasks__task_state_created", "state", "created_at", "id"),
        Index("ix_p_tasks__task_state_due", "state", "due_at", "id"),
        Index("ix_p_tasks__task_updated", "updated_at", "id"),
        Index("ix_p_tasks__task_created", "created_at", "id"),
        Index("ix_p_tasks__task_due", "due_at", "id"),
        Index("ix_p_tasks__task_watch", "state", "is_overdue", "due_at"),
        Index("ix_p_tasks__task_assignee", "assignee_id", "state", "due_at", "id"),
        Index("ix_p_tasks__task_team", "team_id", "state", "due_at", "id"),
        Index("ix_p_tasks__task_department", "department_id", "state", "due_at", "id"),
        Index("ix_p_tasks__task_ticket", "ticket_id", "state", "id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="SET NULL"))
    is_bound: Mapped[bool] = mapped_column(default=False)
    merged_from_id: Mapped[int | None] = mapped_column(Id)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id", ondelete="SET NULL"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", ondelete="SET NULL"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    creator: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10), default="open")
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_overdue: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str | None] = mapped_column(String(100), unique=True)
    updates: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Entry(Base):
    """Something in a task's thread: an "update" (may be mailed to followers), a "note" (for agents), or "event" with `data`.

    `html` is the text where it is formatted. An event's text is its kind; `told` are the addresses to which an update went.
    """

    __tablename__ = "p_tasks__entry"
    __table_args__ = (Index("ix_p_tasks__entry_task", "task_id", "id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("p_tasks__task.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", ondelete="SET NULL"))
    author: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    told: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class File(Base):
    """A file on an entry, or (`entry_id` is NULL) a picture in the description; its bytes are claimed as "tasks:<task>"."""

    __tablename__ = "p_tasks__file"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("p_tasks__task.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("p_tasks__entry.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    storage: Mapped[str] = mapped_column(String(40))
    content_id: Mapped[str] = mapped_column(String(255), default="")


class Follower(Base):
    """A user who is told of updates, when their author wants that."""

    __tablename__ = "p_tasks__follower"
    task_id: Mapped[int] = mapped_column(ForeignKey("p_tasks__task.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)


class Checklist(Base):
    """A named list of tasks that a ticket can be given at once. Rules and topics keep its id, so none is given out twice."""

    __tablename__ = "p_tasks__checklist"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class Item(Base):
    """A line of a checklist. `days` is when the task is due, counted from its making; None for never.

    Without a department it goes where the ticket lies.
    """

    __tablename__ = "p_tasks__item"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("p_tasks__checklist.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text, default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id", ondelete="SET NULL"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", ondelete="SET NULL"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    days: Mapped[int | None]


class TopicChecklist(Base):
    """A checklist that new tickets of a help topic get."""

    __tablename__ = "p_tasks__topic_checklist"
    __table_args__ = (UniqueConstraint("topic_ref", "checklist_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    topic_ref: Mapped[str] = mapped_column(String(120))
    checklist_id: Mapped[int] = mapped_column(ForeignKey("p_tasks__checklist.id", ondelete="CASCADE"), index=True)
