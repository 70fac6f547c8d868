"""Its second migration fails."""

from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, Plugin, plugin_registry


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("half_migrated")


class First(Base):
    """The table of the first migration."""

    __tablename__ = "p_half_migrated__first"
    id: Mapped[int] = mapped_column(primary_key=True)


class Broken(Plugin):
    """Half migrated"""
