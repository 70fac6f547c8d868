"""Accounts at mail servers that mail leaves by, and which topics have one of their own (departments keep theirs in core)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import UTCDateTime
from hookdesk_email_out.models.base import Base, Id


class Account(Base):
    """An account. Departments and topics keep `email_out:<id>`, so an id is never given out twice, not even on SQLite.

    Its columns down to `is_active` are what an administrator states (see `accounts.Values`); `password` is sealed. The rest is its state:
    `failures` in a row, until when it rests after one (`away_until`), the server's last words, how many mails of its minute are used up.
    """

    __tablename__ = "p_email_out__account"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    address: Mapped[str] = mapped_column(String(320))
    sender_name: Mapped[str] = mapped_column(String(200), default="")
    host: Mapped[str] = mapped_column(String(255), default="")
    port: Mapped[int] = mapped_column(default=587)
    security: Mapped[str] = mapped_column(String(10), default="starttls")
    username: Mapped[str] = mapped_column(String(320), default="")
    password: Mapped[str] = mapped_column(Text, default="")
    token_ref: Mapped[str] = mapped_column(String(120), default="")
    timeout: Mapped[int] = mapped_column(default=30)
    per_minute: Mapped[int] = mapped_column(default=0)
    connections: Mapped[int] = mapped_column(default=1)
    return_address: Mapped[str] = mapped_column(String(320), default="")
    is_plus: Mapped[bool] = mapped_column(default=False)
    is_null: Mapped[bool] = mapped_column(default=False)
    is_relay: Mapped[bool] = mapped_column(default=False)
    falls_back: Mapped[bool] = mapped_column(default=True)
    is_offered: Mapped[bool] = mapped_column(default=True)
    is_default: Mapped[bool] = mapped_column(default=False)
    is_alert: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str] = mapped_column(Text, default="")
    away_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    worked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    minute_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    minute_count: Mapped[int] = mapped_column(default=0)


class TopicAccount(Base):
    """The account of a help topic, by the topic's reference."""

    __tablename__ = "p_email_out__topic_account"
    topic_ref: Mapped[str] = mapped_column(String(120), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("p_email_out__account.id", ondelete="CASCADE"))
