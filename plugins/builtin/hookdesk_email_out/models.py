"""Outgoing mail, a row before it is a mail; its words; and what agents want to be told of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("email_out")


class Mail(Base):
    """One mail to one recipient. `state` is waiting, sending, sent, dead or cancelled; `key` with `address` makes a promise count once."""

    __tablename__ = "p_email_out__mail"
    __table_args__ = (
        UniqueConstraint("key", "address"),
        Index("ix_p_email_out__mail_state_due_at", "state", "due_at"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(80))
    template: Mapped[str] = mapped_column(String(40))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="SET NULL"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("thread_entry.id", ondelete="SET NULL"))
    address: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200), default="")
    sender_name: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(600))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str] = mapped_column(String(255), index=True)
    in_reply_to: Mapped[str] = mapped_column(String(500), default="")
    references: Mapped[str] = mapped_column(Text, default="")
    auto: Mapped[str] = mapped_column(String(20), default="")
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Preference(Base):
    """Which alerts an agent wants by mail. `mode` is all, mine or none; `unwanted` are names of alerts."""

    __tablename__ = "p_email_out__preference"
    agent_id: Mapped[int] = mapped_column(
        Id, ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    mode: Mapped[str] = mapped_column(String(10), default="all")
    unwanted: Mapped[list[str]] = mapped_column(JSON, default=list)


class TemplateSet(Base):
    """Words for some departments, which keep `email_out:<id>`; so an id is never given out twice, not even on SQLite."""

    __tablename__ = "p_email_out__template_set"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class OwnKind(Base):
    """A kind of message that the admin has made, for rules to send. Rules keep `own_<id>`, so an id is never given out twice."""

    __tablename__ = "p_email_out__own_kind"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class Words(Base):
    """A version of what an admin has written for a kind of message; one of each place is current, or none.

    Without a `set_id` they belong to the default set; `locale` "" is any language.
    """

    __tablename__ = "p_email_out__words"
    __table_args__ = (
        UniqueConstraint("set_id", "kind", "locale", "number"),
        Index("ix_p_email_out__words_kind_is_current", "kind", "is_current"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    set_id: Mapped[int | None] = mapped_column(ForeignKey("p_email_out__template_set.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    locale: Mapped[str] = mapped_column(String(20), default="")
    number: Mapped[int]
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_current: Mapped[bool] = mapped_column(default=True)
