"""What this plugin's models stand on."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer

from hookdesk.api import DeclarativeBase, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("email_out")
