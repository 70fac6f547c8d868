"""Its model names another that does not exist: SQLAlchemy notices when mappers are configured."""

from sqlalchemy.orm import Mapped, mapped_column, relationship

from hookdesk.api import DeclarativeBase, Plugin, plugin_registry


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("broken_mapper")


class Box(Base):
    """A table with a wrong relationship."""

    __tablename__ = "p_broken_mapper__box"
    id: Mapped[int] = mapped_column(primary_key=True)
    lid = relationship("NoSuchModel")


class Broken(Plugin):
    """Broken mapper"""
