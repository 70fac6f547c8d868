"""Its table does not stand under its own prefix."""

from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, Plugin, plugin_registry


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("stray_table")


class Word(Base):
    """A table with somebody else's name."""

    __tablename__ = "p_spam_words__word_of_another"
    id: Mapped[int] = mapped_column(primary_key=True)


class Broken(Plugin):
    """Table outside its prefix"""
