"""What was done with many tickets, and what undoes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("bulk")


class Run(Base):
    """One action on many tickets. `state` is "running", "done" or "cancelled"; `way` leads back to the list that it was asked from.

    `undoes_id` names the run that this one takes back. Runs are forgotten after a week, and cannot be undone any longer then.
    """

    __tablename__ = "p_bulk__run"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    action: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(Text)
    given: Mapped[dict[str, Any]] = mapped_column(JSON)
    way: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="running", index=True)
    total: Mapped[int]
    changed: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("p_bulk__run.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class Item(Base):
    """One ticket of a run. `state` is "waiting", "changed" or "failed", with the reason; `kept` is what undoes it, if anything does.

    No foreign key to the ticket: that it has gone is one of the things to be told. `ticket_id` is None for a number that leads nowhere.
    """

    __tablename__ = "p_bulk__item"
    run_id: Mapped[int] = mapped_column(ForeignKey("p_bulk__run.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(Id)
    number: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    reason: Mapped[str] = mapped_column(Text, default="")
    kept: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
