"""What keeps the site running: intake ledger, outbox, deliveries, settings, plugin state, errors, leases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.models.base import Base, Id, Json, Moment, Name, PrimaryKey, UTCDateTime


class IntakeRecord(Base):
    """One inbound item, stored before anybody interprets it. `outcome` is one of `hookdesk.types.intake.Outcome`.

    The raw bytes stand in `raw`, or, if large, in a storage backend under `raw_sha256`. `dedupe` is unique within a channel.
    """

    __tablename__ = "intake_record"
    __table_args__ = (
        UniqueConstraint("channel", "dedupe"),
        Index("ix_intake_record_outcome_id", "outcome", "id"),
    )
    id: Mapped[PrimaryKey]
    channel: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(20), default="pending")
    reason: Mapped[str] = mapped_column(Text, default="")
    dedupe: Mapped[str | None] = mapped_column(String(255))
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    raw_sha256: Mapped[str] = mapped_column(String(64), default="")
    raw_size: Mapped[int] = mapped_column(default=0)
    storage: Mapped[str] = mapped_column(String(40), default="")
    meta: Mapped[Json] = mapped_column(default=dict)
    sender: Mapped[str] = mapped_column(String(320), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="SET NULL"), index=True)
    entry_id: Mapped[int | None] = mapped_column(Id)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Moment]
    received_at: Mapped[Moment]
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class FileUse(Base):
    """Stored bytes that somebody needs besides attachments. `owner` begins with "core:" or a slug and a colon."""

    __tablename__ = "file_use"
    owner: Mapped[str] = mapped_column(String(80), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class HeldEntry(Base):
    """An entry that its agent may still take back. Whoever deletes this row decides: the agent, or, from `until` on, the dispatcher.

    `held_for` is what the events of the same transaction bear, `undo` what has to be put back (`hookdesk.services.holding`).
    """

    __tablename__ = "held_entry"
    entry_id: Mapped[int] = mapped_column(ForeignKey("thread_entry.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(Id)
    held_for: Mapped[str] = mapped_column(String(32))
    undo: Mapped[Json]
    until: Mapped[Moment]


class OutboxEvent(Base):
    """An event written in the transaction that caused it. The dispatcher leases it, calls its subscribers and deletes it.

    One with `held_for` waits for a `HeldEntry`.
    """

    __tablename__ = "outbox_event"
    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    data: Mapped[Json]
    created_at: Mapped[Moment]
    held_for: Mapped[str | None] = mapped_column(String(32))


class Delivery(Base):
    """A subscriber that failed on an event: tried again with back-off, then "dead" until an admin replays or drops it."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("key", "plugin"),
        Index("ix_delivery_state_due_at", "state", "due_at"),
    )
    id: Mapped[PrimaryKey]
    event: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(64))
    data: Mapped[Json]
    plugin: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    happened_at: Mapped[Moment]
    due_at: Mapped[Moment]


class Setting(Base):
    """The stored settings of one scope: "core" or a plugin's slug. `version` is that of the settings class."""

    __tablename__ = "setting"
    scope: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    values: Mapped[Json] = mapped_column(default=dict)
    updated_at: Mapped[Moment]


class SiteCounter(Base):
    """A number that processes compare: "generation" (plugins changed), "settings", "pauses", "ticket_number"."""

    __tablename__ = "site_counter"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(Id, default=0)


class PluginState(Base):
    """What the admin said of a plugin, and what the circuit breaker and the migration runner had to do to it."""

    __tablename__ = "plugin_state"
    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_enabled: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int | None]
    paused_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    stopped_at: Mapped[str] = mapped_column(String(64), default="")
    problem: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[Moment]


class PluginError(Base):
    """A failure of a plugin's hook implementation, with its traceback."""

    __tablename__ = "plugin_error"
    __table_args__ = (Index("ix_plugin_error_plugin_created_at", "plugin", "created_at"),)
    id: Mapped[PrimaryKey]
    plugin: Mapped[str] = mapped_column(String(40))
    hook: Mapped[str] = mapped_column(String(60))
    error: Mapped[Name]
    traceback: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Moment]


class PluginTiming(Base):
    """What a plugin's hook has cost on one day (`day` is YYYY-MM-DD in UTC): calls, microseconds, errors."""

    __tablename__ = "plugin_timing"
    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    hook: Mapped[str] = mapped_column(String(60), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    calls: Mapped[int] = mapped_column(Id, default=0)
    microseconds: Mapped[int] = mapped_column(Id, default=0)
    slowest: Mapped[int] = mapped_column(Id, default=0)
    errors: Mapped[int] = mapped_column(default=0)


class Lease(Base):
    """A name that one process at a time may hold until `until`: jobs, the scheduler, leaving workers."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[Moment]


class JobRun(Base):
    """When a job last ran, how it ended, and when it is due again."""

    __tablename__ = "job_run"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_at: Mapped[Moment]
    done: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")


class SystemLog(Base):
    """A line for the admin: what the site did or could not do."""

    __tablename__ = "system_log"
    id: Mapped[PrimaryKey]
    level: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]
