"""Our own addresses."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("mail_addresses")


class Address(Base):
    """An address of ours, as `people.normal_address` writes it: by that others refer to it. Exactly one is the default. Traces keep
    `mail_addresses:<id>`, so an id is never given out twice.

    `topic` is a reference in the words of the plugin that owns topics. `spoofed` and `collaborators` are those of `MailPolicy`.
    """

    __tablename__ = "p_mail_addresses__address"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    address: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id", ondelete="SET NULL"), index=True)
    priority_id: Mapped[int | None] = mapped_column(ForeignKey("priority.id", ondelete="SET NULL"), index=True)
    topic: Mapped[str] = mapped_column(String(120), default="")
    answers: Mapped[bool] = mapped_column(default=True)
    is_default: Mapped[bool] = mapped_column(default=False)
    spoofed: Mapped[str] = mapped_column(String(12), default="show")
    collaborators: Mapped[str] = mapped_column(String(12), default="off")
    plus_addressing: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str] = mapped_column(Text, default="")


class Referral(Base):
    """A department that is to see a new ticket, because the mail went to its address, too; gone once it does."""

    __tablename__ = "p_mail_addresses__referral"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id", ondelete="CASCADE"), index=True)


class Arrival(Base):
    """The address of ours that decided about a ticket that came by mail."""

    __tablename__ = "p_mail_addresses__arrival"
    __table_args__ = (Index("ix_p_mail_addresses__arrival_address_id", "address_id", "ticket_id"),)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("p_mail_addresses__address.id", ondelete="CASCADE"))
