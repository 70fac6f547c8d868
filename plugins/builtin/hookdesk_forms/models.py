"""Forms, their fields, the topics that they go with, lists to choose from, and what was filled in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("forms")


class Form(Base):
    """Fields that belong together. `about` is "ticket", "user", "organization" or "task"; `is_for_all` puts it on every ticket."""

    __tablename__ = "p_forms__form"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    about: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(100))
    intro: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    is_for_all: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)


class ChoiceList(Base):
    """A list to choose from, kept in one place for all fields. `properties` name what each item says besides: [{"key", "label"}]."""

    __tablename__ = "p_forms__list"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    sort: Mapped[str] = mapped_column(String(10), default="name")
    notes: Mapped[str] = mapped_column(Text, default="")
    properties: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)


class Item(Base):
    """One choice of a list. Values name it by its id, so that is never given out twice; switched off, it stays where it was chosen."""

    __tablename__ = "p_forms__item"
    __table_args__ = (UniqueConstraint("list_id", "name"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("p_forms__list.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    abbreviation: Mapped[str] = mapped_column(String(40), default="")
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    properties: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)


class Field(Base):
    """A field. `key` is its name for rules, programs and exports and never changes; `options` are its kind's business.

    `requester` and `agent` say what each does with it: "hidden", "shown", "open" (may fill it in) or "required". `shown_if` is a condition
    on the form's other fields. An archived field is not asked for any more; what was filled in stays.
    """

    __tablename__ = "p_forms__field"
    __table_args__ = (UniqueConstraint("about", "key"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("p_forms__form.id", ondelete="CASCADE"), index=True)
    about: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(200))
    hint: Mapped[str] = mapped_column(Text, default="")
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    list_id: Mapped[int | None] = mapped_column(ForeignKey("p_forms__list.id", ondelete="SET NULL"), index=True)
    requester: Mapped[str] = mapped_column(String(10), default="open")
    agent: Mapped[str] = mapped_column(String(10), default="open")
    is_needed_to_close: Mapped[bool] = mapped_column(default=False)
    shown_if: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class TopicForm(Base):
    """A form that goes with a help topic, by the topic's reference."""

    __tablename__ = "p_forms__topic_form"
    topic_ref: Mapped[str] = mapped_column(String(120), primary_key=True)
    form_id: Mapped[int] = mapped_column(
        ForeignKey("p_forms__form.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)


class SwitchedOff(Base):
    """A field that is not asked for where a ticket has this topic."""

    __tablename__ = "p_forms__switched_off"
    topic_ref: Mapped[str] = mapped_column(String(120), primary_key=True)
    field_id: Mapped[int] = mapped_column(
        ForeignKey("p_forms__field.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Value(Base):
    """What was filled in, in the column of its type: several rows, by `place`, where several things were chosen.

    Exactly one owner is set; a task is another plugin's, so nothing but its event says that it is gone. Long texts stand in `body`, which
    no index holds. `data` says where a file's bytes are.
    """

    __tablename__ = "p_forms__value"
    __table_args__ = (
        UniqueConstraint("ticket_id", "field_id", "place"),
        UniqueConstraint("user_id", "field_id", "place"),
        UniqueConstraint("organization_id", "field_id", "place"),
        UniqueConstraint("task_id", "field_id", "place"),
        Index("ix_p_forms__value_text", "field_id", "text", "ticket_id"),
        Index("ix_p_forms__value_number", "field_id", "number", "ticket_id"),
        Index("ix_p_forms__value_moment", "field_id", "moment", "ticket_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("p_forms__field.id", ondelete="CASCADE"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    task_id: Mapped[int | None] = mapped_column(Id)
    place: Mapped[int] = mapped_column(default=0)
    text: Mapped[str | None] = mapped_column(String(500))
    body: Mapped[str | None] = mapped_column(Text)
    number: Mapped[float | None] = mapped_column(Float(53))
    moment: Mapped[datetime | None] = mapped_column(UTCDateTime)
    flag: Mapped[bool | None]
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
