"""Queues, what agents chose about them, and which organizations are very important."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("queues")


class Queue(Base):
    """A queue of everybody, or, with `agent_id`, of one agent.

    `key` names one that ships with Hookdesk, for its address and, while `title` is "", its words. `state` is "open", "closed" or "" for
    any. `words` stand somewhere on its tickets. `inherits` names what it takes from the one above: "conditions" (its own, and its words,
    are joined to them), "columns", "sorts", "export". `columns`: `[{"name", "label", "width"}]`, none for the desk's usual ones;
    `styles`: `[{"target", "look", "conditions"}]`, the target being a column's name or "" for the row; `sort` names the usual order,
    `sorts` those that the menu offers; `quick` is a field of conditions; `export` names columns.
    """

    __tablename__ = "p_queues__queue"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("p_queues__queue.id", ondelete="SET NULL"), index=True)
    key: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(String(100), default="")
    icon: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(10), default="open")
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    inherits: Mapped[list[str]] = mapped_column(JSON, default=list)
    words: Mapped[str] = mapped_column(String(200), default="")
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON)
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    styles: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    sort: Mapped[str] = mapped_column(String(140), default="")
    sorts: Mapped[list[str]] = mapped_column(JSON, default=list)
    quick: Mapped[str] = mapped_column(String(120), default="")
    export: Mapped[list[str]] = mapped_column(JSON, default=list)


class Choice(Base):
    """What an agent changed for themselves about a queue: its columns (none: as they are) and its usual order ("": as it is)."""

    __tablename__ = "p_queues__choice"
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    queue_id: Mapped[int] = mapped_column(
        ForeignKey("p_queues__queue.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    sort: Mapped[str] = mapped_column(String(140), default="")


class First(Base):
    """The queue that an agent wants to see after signing in."""

    __tablename__ = "p_queues__first"
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    queue_id: Mapped[int] = mapped_column(ForeignKey("p_queues__queue.id", ondelete="CASCADE"), index=True)


class Vip(Base):
    """An organization whose tickets stand in the queue of very important ones."""

    __tablename__ = "p_queues__vip"
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True)
