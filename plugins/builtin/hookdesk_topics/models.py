"""Help topics."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("topics")


class Topic(Base):
    """What a ticket can be about. Tickets keep `topics:<id>`, so an id is never given out twice, not even on SQLite.

    `is_restricted`: the portal offers it to members of the organizations in `Audience` alone; to nobody if there is none.
    `is_default`: it is the topic of tickets that come without one; one topic at most is. `sla_ref` and `number_ref` are references in the
    words of the plugins that own plans and formats.
    """

    __tablename__ = "p_topics__topic"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("p_topics__topic.id", ondelete="SET NULL"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id", ondelete="SET NULL"), index=True)
    priority_id: Mapped[int | None] = mapped_column(ForeignKey("priority.id", ondelete="SET NULL"), index=True)
    is_public: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_restricted: Mapped[bool] = mapped_column(default=False)
    status_id: Mapped[int | None] = mapped_column(ForeignKey("status.id", ondelete="SET NULL"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", ondelete="SET NULL"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"), index=True)
    sla_ref: Mapped[str] = mapped_column(String(120), default="")
    number_ref: Mapped[str] = mapped_column(String(120), default="")
    answers: Mapped[bool] = mapped_column(default=True)
    is_default: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    intro: Mapped[str] = mapped_column(Text, default="")
    thanks: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")


class Audience(Base):
    """An organization whose members the portal offers a restricted topic."""

    __tablename__ = "p_topics__audience"
    topic_id: Mapped[int] = mapped_column(ForeignKey("p_topics__topic.id", ondelete="CASCADE"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class UnlistedDepartment(Base):
    """A department whose topics the portal does not offer, whatever they say themselves."""

    __tablename__ = "p_topics__unlisted_department"
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id", ondelete="CASCADE"), primary_key=True)
