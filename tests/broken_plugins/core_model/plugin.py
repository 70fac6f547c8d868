"""Puts its model on core's own base."""

from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import Plugin
from hookdesk.models import Base


class Word(Base):
    """A table in core's registry."""

    __tablename__ = "p_core_model__word"
    id: Mapped[int] = mapped_column(primary_key=True)


class Broken(Plugin):
    """Core model"""
