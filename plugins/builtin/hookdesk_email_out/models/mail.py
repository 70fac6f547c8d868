"""Outgoing mail, a row before it is a mail; addresses that bounce; and what agents want."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import UTCDateTime
from hookdesk_email_out.models.base import Base, Id


class Mail(Base):
    """One mail to one recipient; `key` with `address` makes a promise count once.

    `state` is waiting, sending, sent, dead, cancelled or bounced. `account_id` is the account that it is to leave by, without one the
    default account; `error` has the server's words where it did not go well, `answer` where it did. `user_id` is whom it is for, unless it
    is an alert (`is_alert`), which goes to an agent; `reason` is why, as `Recipient` has it.
    """

    __tablename__ = "p_email_out__mail"
    __table_args__ = (
        UniqueConstraint("key", "address"),
        Index("ix_p_email_out__mail_state_account_id_due_at", "state", "account_id", "due_at"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(80))
    template: Mapped[str] = mapped_column(String(40))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="SET NULL"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("thread_entry.id", ondelete="SET NULL"))
    user_id: Mapped[int | None] = mapped_column(Id)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("p_email_out__account.id", ondelete="SET NULL"))
    address: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(String(40), default="")
    is_alert: Mapped[bool] = mapped_column(default=False)
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
    answer: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Bouncing(Base):
    """An address from which mails came back for good: how many in a row, and what was said of the last one."""

    __tablename__ = "p_email_out__bouncing"
    address: Mapped[str] = mapped_column(String(320), primary_key=True)
    count: Mapped[int]
    words: Mapped[str] = mapped_column(String(500), default="")
    bounced_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Preference(Base):
    """Which alerts an agent wants by mail: `mode` is all, mine or none; `unwanted` are names of alerts. And whose name their replies bear:
    `shown_as` is "" for their own, "department", or "account" for that of the address.
    """

    __tablename__ = "p_email_out__preference"
    agent_id: Mapped[int] = mapped_column(
        Id, ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    mode: Mapped[str] = mapped_column(String(10), default="all")
    unwanted: Mapped[list[str]] = mapped_column(JSON, default=list)
    shown_as: Mapped[str] = mapped_column(String(12), default="")
