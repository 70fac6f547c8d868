"""Tickets on their way from one status or priority to another."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("statuses")


class Move(Base):
    """All tickets of one status or priority (`kind`) are given another one, in the order of their ids; then the first one goes.

    `last_id`: the ticket that was asked last; `kept`: how many could not be moved.
    """

    __tablename__ = "p_statuses__move"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(10))
    from_id: Mapped[int] = mapped_column(Id)
    to_id: Mapped[int] = mapped_column(Id)
    last_id: Mapped[int] = mapped_column(Id, default=0)
    moved: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
