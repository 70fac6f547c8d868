"""The words of mails, and the kinds that an admin has made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import UTCDateTime
from hookdesk_email_out.models.base import Base, Id


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
