"""Who must have a second factor, and since when they were asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("two_factor")


class RequiredRole(Base):
    """A role whose holders, in whatever department, need a second factor."""

    __tablename__ = "p_two_factor__role"
    role_id: Mapped[int] = mapped_column(Id, ForeignKey("role.id", ondelete="CASCADE"), primary_key=True)


class RequiredDepartment(Base):
    """A department whose members, with further access too, need a second factor."""

    __tablename__ = "p_two_factor__department"
    department_id: Mapped[int] = mapped_column(Id, ForeignKey("department.id", ondelete="CASCADE"), primary_key=True)


class Asked(Base):
    """When a user first signed in without the factor that they need. It stays, so that the time of grace is given once."""

    __tablename__ = "p_two_factor__asked"
    user_id: Mapped[int] = mapped_column(Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
