"""What agents like."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, plugin_registry


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("desk")


class Preference(Base):
    """How an agent wants the desk to be: fields of `preferences.Choice` by name."""

    __tablename__ = "p_desk__preference"
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    choice: Mapped[dict[str, Any]] = mapped_column(JSON)
