"""Categories, and articles with their texts, versions, files and what readers made of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")
STATES = ("draft", "published", "internal", "archived")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("kb")


class Category(Base):
    """A place for articles. One that is not public hides all below it from requesters."""

    __tablename__ = "p_kb__category"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("p_kb__category.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text, default="")
    is_public: Mapped[bool] = mapped_column(default=True)
    is_featured: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)


class CategoryName(Base):
    """A category's name and description in a further language."""

    __tablename__ = "p_kb__category_name"
    category_id: Mapped[int] = mapped_column(ForeignKey("p_kb__category.id", ondelete="CASCADE"), primary_key=True)
    locale: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text, default="")


class Article(Base):
    """An answer. `locale` is the language that it was first written in; what it says stands in `ArticleText`.

    Requesters see it while `state` is "published", from `publish_at` on if that is set. The last columns are counters: how often it was
    read; found helpful or not; while a ticket was written: suggested, opened, and said to have answered it.
    """

    __tablename__ = "p_kb__article"
    __table_args__ = (Index("ix_p_kb__article_updated_at_id", "updated_at", "id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("p_kb__category.id"), index=True)
    locale: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    publish_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_featured: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    views: Mapped[int] = mapped_column(default=0, index=True)
    helpful: Mapped[int] = mapped_column(default=0)
    unhelpful: Mapped[int] = mapped_column(default=0)
    shown: Mapped[int] = mapped_column(default=0)
    read: Mapped[int] = mapped_column(default=0)
    solved: Mapped[int] = mapped_column(default=0)


class ArticleText(Base):
    """What an article says in one language, as readers see it: `version` is the number of the version that it is."""

    __tablename__ = "p_kb__text"
    __table_args__ = (UniqueConstraint("article_id", "locale"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("p_kb__article.id", ondelete="CASCADE"))
    locale: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(300), default="")
    keywords: Mapped[str] = mapped_column(String(500), default="")
    html: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Document(Base):
    """The same text as the database's full-text index takes it (see migrations): without accents, spaced."""

    __tablename__ = "p_kb__document"
    text_id: Mapped[int] = mapped_column(
        ForeignKey("p_kb__text.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)


class Version(Base):
    """What somebody saved. The newest one may stand ahead of what readers see: a draft of changes."""

    __tablename__ = "p_kb__version"
    article_id: Mapped[int] = mapped_column(ForeignKey("p_kb__article.id", ondelete="CASCADE"), primary_key=True)
    locale: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(300), default="")
    keywords: Mapped[str] = mapped_column(String(500), default="")
    html: Mapped[str] = mapped_column(Text, default="")
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", ondelete="SET NULL"), index=True)
    author: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ArticleTopic(Base):
    """A help topic (its reference, as tickets keep it) that an article answers questions of."""

    __tablename__ = "p_kb__article_topic"
    article_id: Mapped[int] = mapped_column(ForeignKey("p_kb__article.id", ondelete="CASCADE"), primary_key=True)
    topic_ref: Mapped[str] = mapped_column(String(120), primary_key=True)


class ArticleFile(Base):
    """A picture inside an article (`content_id` names it there), or a file below it (`content_id` is ""): of one language's text."""

    __tablename__ = "p_kb__file"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("p_kb__article.id", ondelete="CASCADE"), index=True)
    locale: Mapped[str] = mapped_column(String(20))
    filename: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(130))
    size: Mapped[int] = mapped_column(Id)
    sha256: Mapped[str] = mapped_column(String(64))
    storage: Mapped[str] = mapped_column(String(40))
    content_id: Mapped[str] = mapped_column(String(255), default="")


class Vote(Base):
    """Whether an article helped somebody: one a person, or a browser. `voter` is "u" and the user's id, or a hash of a cookie."""

    __tablename__ = "p_kb__vote"
    article_id: Mapped[int] = mapped_column(ForeignKey("p_kb__article.id", ondelete="CASCADE"), primary_key=True)
    voter: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    is_helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text, default="")
    locale: Mapped[str] = mapped_column(String(20), default="")
    voted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Day(Base):
    """Forms for a new ticket, by day: on how many articles were suggested, one was opened, one answered it."""

    __tablename__ = "p_kb__day"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    shown: Mapped[int] = mapped_column(default=0)
    read: Mapped[int] = mapped_column(default=0)
    solved: Mapped[int] = mapped_column(default=0)
