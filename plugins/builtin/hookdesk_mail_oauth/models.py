"""Connections to mail providers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("mail_oauth")


class Connection(Base):
    """A mailbox at a provider, and the tokens that open it. Accounts keep `mail_oauth:<id>`, so an id is never given out twice.

    `client_secret` and both tokens are encrypted with the instance's key, "" if there is none. `state` is consent (somebody has to sign in
    at the provider), working or failed; `error` has the provider's words. `version` counts the times that tokens were stored: whoever
    renews them holds a lease until `leased_until`, and stores nothing if the version is another one by then.
    """

    __tablename__ = "p_mail_oauth__connection"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    provider: Mapped[str] = mapped_column(String(20))
    user: Mapped[str] = mapped_column(String(320))
    tenant: Mapped[str] = mapped_column(String(100), default="")
    client_id: Mapped[str] = mapped_column(String(255))
    client_secret: Mapped[str] = mapped_column(Text, default="")
    secret_ends_on: Mapped[date | None] = mapped_column(Date)
    authorize_url: Mapped[str] = mapped_column(String(500))
    token_url: Mapped[str] = mapped_column(String(500))
    scope: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default="consent")
    error: Mapped[str] = mapped_column(Text, default="")
    failures: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    access_token: Mapped[str] = mapped_column(Text, default="")
    access_ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    renew_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    refresh_token: Mapped[str] = mapped_column(Text, default="")
    refresh_ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    renewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    consented_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    consented_by: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
