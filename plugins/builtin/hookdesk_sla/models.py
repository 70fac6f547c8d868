"""Plans, and the clocks of tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("sla")


class Plan(Base):
    """What is promised. Tickets keep `sla:<id>`, so an id is never given out twice, not even on SQLite.

    `targets`: target → priority's id (or "" for all others) → minutes of working time. `steps`: the escalation, see `rules.Step`.
    `renewed_to`: after a change, the clocks of tickets up to this id have been set anew; NULL when there is nothing to do.
    """

    __tablename__ = "p_sla__plan"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    schedule_ref: Mapped[str] = mapped_column(String(120), default="")
    targets: Mapped[dict[str, Any]] = mapped_column(JSON)
    steps: Mapped[list[Any]] = mapped_column(JSON, default=list)
    warn_percent: Mapped[int] = mapped_column(default=75)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_default: Mapped[bool] = mapped_column(default=False)
    follows_department: Mapped[bool] = mapped_column(default=False)
    is_silent: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str] = mapped_column(Text, default="")
    renewed_to: Mapped[int | None] = mapped_column(Id)


class Clock(Base):
    """One deadline of one ticket: "first_response", "next_response" (one a question) or "resolution" (one for each time it was opened).

    `state` is "running", "paused" or "done"; `outcome`, once done, "met", "missed" or "dropped". `allowance` is in seconds of working time,
    NULL for a date that an agent set. `next_at` is when something is to be done next, `fired` what has been done: "warn", "due", steps.
    """

    __tablename__ = "p_sla__clock"
    __table_args__ = (
        Index("ix_p_sla__clock_next_at_id", "next_at", "id"),
        Index("ix_p_sla__clock_ticket_id_state", "ticket_id", "state"),
        Index("ix_p_sla__clock_plan_id_state_ticket_id", "plan_id", "state", "ticket_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("p_sla__plan.id", ondelete="SET NULL"))
    target: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(10), default="")
    allowance: Mapped[int | None]
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    warn_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    next_at: Mapped[datetime] = mapped_column(UTCDateTime)
    breached_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    fired: Mapped[list[Any]] = mapped_column(JSON, default=list)


class Pause(Base):
    """A stretch in which the clocks of a ticket stand still; it lasts while `ended_at` is NULL."""

    __tablename__ = "p_sla__pause"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(200), default="")
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
