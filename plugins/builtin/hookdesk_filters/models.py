"""Rules, their versions, what they did, and dry runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("filters")


class Rule(Base):
    """A rule as it holds now. `position` is its place among the rules, from 1; its substance stands in the version of that number.

    Traces name rules by their id, so one is never given out twice, not even on SQLite.
    """

    __tablename__ = "p_filters__rule"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100))
    is_active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Version(Base):
    """What a rule said at one time: `channels` (none: every channel), `conditions`, `actions` (`[{"do": …, "with": {…}}]`)."""

    __tablename__ = "p_filters__version"
    rule_id: Mapped[int] = mapped_column(
        ForeignKey("p_filters__rule.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(100))
    channels: Mapped[list[str]] = mapped_column(JSON)
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON)
    actions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    stops: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str] = mapped_column(Text, default="")
    saved_by: Mapped[str] = mapped_column(String(200))
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Hit(Base):
    """A rule that matched: on a ticket, or, if it turned the message away, on an intake record alone."""

    __tablename__ = "p_filters__hit"
    __table_args__ = (Index("ix_p_filters__hit_rule_id_id", "rule_id", "id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("p_filters__rule.id", ondelete="CASCADE"))
    version: Mapped[int]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    intake_id: Mapped[int | None] = mapped_column(Id, index=True)
    outcome: Mapped[str] = mapped_column(String(500), default="")
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class Turn(Base):
    """Whose turn it was: the newest row of each agent in a pool ("team:3") orders the pool."""

    __tablename__ = "p_filters__turn"
    __table_args__ = (Index("ix_p_filters__turn_pool_agent_id_id", "pool", "agent_id", "id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    pool: Mapped[str] = mapped_column(String(40))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"))


class Run(Base):
    """A dry run of one rule, saved or not, over the tickets of a period. `state` is waiting, running, done, cancelled or failed.

    `rule` holds the rule as it was tried; `cursor` is the last ticket that was looked at, of those from `first_id` to `last_id`.
    """

    __tablename__ = "p_filters__run"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("p_filters__rule.id", ondelete="CASCADE"), index=True)
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    days: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    first_id: Mapped[int] = mapped_column(Id, default=0)
    last_id: Mapped[int] = mapped_column(Id, default=0)
    cursor: Mapped[int] = mapped_column(Id, default=0)
    looked_at: Mapped[int] = mapped_column(default=0)
    matched: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    contested: Mapped[int] = mapped_column(default=0)
    milliseconds: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RunTicket(Base):
    """A ticket that a dry run found. `outcome` is changed, same or contested; `changes` maps fields onto [before, after]."""

    __tablename__ = "p_filters__run_ticket"
    run_id: Mapped[int] = mapped_column(
        ForeignKey("p_filters__run.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    outcome: Mapped[str] = mapped_column(String(10))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    other: Mapped[str] = mapped_column(String(100), default="")
