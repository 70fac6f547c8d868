"""Keys, what was done with them, and calls that may be repeated."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("api_osticket")


class ApiKey(Base):
    """A key of one program. `prefix` are its first characters, by which it is found; of the whole only a hash is kept.

    `networks` are the addresses and networks from which it may be used. `calls_per_minute` None: as the settings say.
    """

    __tablename__ = "p_api_osticket__key"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100))
    notes: Mapped[str] = mapped_column(Text, default="")
    prefix: Mapped[str] = mapped_column(String(8), unique=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    networks: Mapped[list[str]] = mapped_column(JSON)
    may_create_tickets: Mapped[bool] = mapped_column(default=True)
    may_run_cron: Mapped[bool] = mapped_column(default=False)
    calls_per_minute: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Call(Base):
    """A line of the log of calls. `note` says what went wrong or was left out; no secret and no content of a message is in it."""

    __tablename__ = "p_api_osticket__call"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    key_id: Mapped[int | None] = mapped_column(ForeignKey("p_api_osticket__key.id", ondelete="CASCADE"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="SET NULL"), index=True)
    address: Mapped[str] = mapped_column(String(64))
    operation: Mapped[str] = mapped_column(String(40))
    status: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    called_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class Claim(Base):
    """An `Idempotency-Key` and the answer that it got. `status` None: the first call has not been answered yet.

    Its id goes into the intake record, so it is never given out twice.
    """

    __tablename__ = "p_api_osticket__claim"
    __table_args__ = (UniqueConstraint("key_id", "name_sha256"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("p_api_osticket__key.id", ondelete="CASCADE"))
    name_sha256: Mapped[str] = mapped_column(String(64))
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
