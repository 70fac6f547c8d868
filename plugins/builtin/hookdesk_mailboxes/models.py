"""Mailboxes, how far each of their folders has been read, and what was taken from it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("mailboxes")


class Mailbox(Base):
    """An account at a mail server, and how it is. Records of what came in name it by its id, so no id is given out twice.

    `password` is encrypted; with `token_ref` a token of another plugin takes its place. `after` is what becomes of messages that are kept:
    "leave", "flag", "move" (to `archive`) or "delete". `takes_old` is false where only what comes from now on is taken.

    `failures` counts those in a row, `problem` and `detail` say what the last one was. `holder` is the process that reads the mailbox,
    until `held_until` at least. `alarmed_at` is when somebody was told that it has stopped.
    """

    __tablename__ = "p_mailboxes__mailbox"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    address: Mapped[str] = mapped_column(String(320))
    protocol: Mapped[str] = mapped_column(String(40))
    host: Mapped[str] = mapped_column(String(255))
    port: Mapped[int]
    security: Mapped[str] = mapped_column(String(20))
    username: Mapped[str] = mapped_column(String(320))
    password: Mapped[str] = mapped_column(Text, default="")
    token_ref: Mapped[str] = mapped_column(String(120), default="")
    minutes: Mapped[int] = mapped_column(default=1)
    after: Mapped[str] = mapped_column(String(20), default="leave")
    archive: Mapped[str] = mapped_column(String(255), default="")
    most_bytes: Mapped[int] = mapped_column(BigInteger)
    takes_old: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_success: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_mail: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lag_seconds: Mapped[int | None]
    waiting: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    next_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    token_expires: Mapped[datetime | None] = mapped_column(UTCDateTime)
    alarmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    holder: Mapped[str] = mapped_column(String(80), default="")
    held_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Folder(Base):
    """A folder that is read: all up to `last` is taken, all up to `settled` is tidied up, both under that `validity` of the server's.

    `is_anew` holds while a folder whose server numbers it anew is read again from its beginning.
    """

    __tablename__ = "p_mailboxes__folder"
    __table_args__ = (
        Index("ix_p_mailboxes__folder_name", "mailbox_id", "name", unique=True),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("p_mailboxes__mailbox.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    position: Mapped[int] = mapped_column(default=0)
    validity: Mapped[str] = mapped_column(String(40), default="")
    last: Mapped[int] = mapped_column(BigInteger, default=0)
    settled: Mapped[int] = mapped_column(BigInteger, default=0)
    is_anew: Mapped[bool] = mapped_column(default=False)


class Taken(Base):
    """A message of a folder that is kept: the server's key of it, and the SHA-256 of its bytes ("": it was left where it was)."""

    __tablename__ = "p_mailboxes__taken"
    __table_args__ = (Index("ix_p_mailboxes__taken_digest", "folder_id", "digest"),)
    folder_id: Mapped[int] = mapped_column(ForeignKey("p_mailboxes__folder.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), default="")


class Refused(Base):
    """A message that the server did not hand out, by its stored key: how often it was asked for, and when it is again (null: no more)."""

    __tablename__ = "p_mailboxes__refused"
    folder_id: Mapped[int] = mapped_column(ForeignKey("p_mailboxes__folder.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    tries: Mapped[int] = mapped_column(default=0)
    detail: Mapped[str] = mapped_column(Text, default="")
    first_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
