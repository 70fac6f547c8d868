"""Schedules of working hours."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("calendars")


class Schedule(Base):
    """Working hours of a week in a time zone. Others keep `calendars:<id>`, so an id is never given out twice, not even on SQLite.

    `week` has a list of [from, to] in minutes for each day, Monday first. `country` and `region` name the public holidays that are off.
    `version` grows with each change, of its days too: what was laid out for an older one is out of date.
    """

    __tablename__ = "p_calendars__schedule"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    timezone: Mapped[str] = mapped_column(String(60))
    week: Mapped[list[Any]] = mapped_column(JSON)
    country: Mapped[str] = mapped_column(String(10), default="")
    region: Mapped[str] = mapped_column(String(10), default="")
    is_default: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)


class SpecialDay(Base):
    """A day that differs: worked at `hours` (as in `Schedule.week`), or not at all. Of two for one day, the admin's own goes first.

    `source` is "own", or "file" for what came out of a calendar file.
    """

    __tablename__ = "p_calendars__day"
    __table_args__ = (UniqueConstraint("schedule_id", "day", "source"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("p_calendars__schedule.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date)
    hours: Mapped[list[Any]] = mapped_column(JSON)
    name: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(10), default="own")
