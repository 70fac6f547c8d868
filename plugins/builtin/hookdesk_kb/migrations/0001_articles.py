"""Categories, articles, and the full-text index over them: FTS5 on SQLite, tsvector with GIN on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hookdesk.api import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ARTICLE = "p_kb__article.id"
# An external-content table: the text is stored once; triggers keep the index in step, whoever writes.
SQLITE = (
    """
    CREATE VIRTUAL TABLE p_kb__fts USING fts5(
        title, body, content='p_kb__document', content_rowid='text_id', tokenize="unicode61 remove_diacritics 2"
    )
    """,
    """
    CREATE TRIGGER p_kb__document_insert AFTER INSERT ON p_kb__document BEGIN
        INSERT INTO p_kb__fts(rowid, title, body) VALUES (new.text_id, new.title, new.body);
    END
    """,
    """
    CREATE TRIGGER p_kb__document_delete AFTER DELETE ON p_kb__document BEGIN
        INSERT INTO p_kb__fts(p_kb__fts, rowid, title, body) VALUES ('delete', old.text_id, old.title, old.body);
    END
    """,
    """
    CREATE TRIGGER p_kb__document_update AFTER UPDATE ON p_kb__document BEGIN
        INSERT INTO p_kb__fts(p_kb__fts, rowid, title, body) VALUES ('delete', old.text_id, old.title, old.body);
        INSERT INTO p_kb__fts(rowid, title, body) VALUES (new.text_id, new.title, new.body);
    END
    """,
)
POSTGRESQL = (
    """
    CREATE INDEX p_kb__document_words ON p_kb__document
    USING gin ((setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', left(body, 200000)), 'D')))
    """,
)


def upgrade() -> None:
    """Create the tables and the index of this database."""
    _categories()
    op.create_table(
        "p_kb__article",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("category_id", ID, sa.ForeignKey("p_kb__category.id"), nullable=False, index=True),
        sa.Column("locale", sa.String(20), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("publish_at", UTCDateTime()),
        sa.Column("is_featured", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False, index=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("helpful", "unhelpful", "shown", "read", "solved")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_p_kb__article_updated_at_id", "p_kb__article", ["updated_at", "id"])
    _texts()
    _what_belongs_to_articles()
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _categories() -> None:
    """Categories and their names."""
    op.create_table(
        "p_kb__category",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("parent_id", ID, sa.ForeignKey("p_kb__category.id", ondelete="SET NULL"), index=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("is_featured", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "p_kb__category_name",
        sa.Column("category_id", ID, sa.ForeignKey("p_kb__category.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("locale", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
    )


def _texts() -> None:
    """What articles say, said and are found by."""
    words = (("title", sa.String(200)), ("summary", sa.String(300)), ("keywords", sa.String(500)), ("html", sa.Text()))
    op.create_table(
        "p_kb__text",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("article_id", ID, sa.ForeignKey(ARTICLE, ondelete="CASCADE"), nullable=False),
        sa.Column("locale", sa.String(20), nullable=False),
        *(sa.Column(name, kind, nullable=False) for name, kind in words),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.UniqueConstraint("article_id", "locale"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "p_kb__document",
        sa.Column("text_id", ID, sa.ForeignKey("p_kb__text.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )  # fmt: skip
    op.create_table(
        "p_kb__version",
        sa.Column("article_id", ID, sa.ForeignKey(ARTICLE, ondelete="CASCADE"), primary_key=True),
        sa.Column("locale", sa.String(20), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        *(sa.Column(name, kind, nullable=False) for name, kind in words),
        sa.Column("agent_id", ID, sa.ForeignKey("agent.id", ondelete="SET NULL"), index=True),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
    )


def _what_belongs_to_articles() -> None:
    """Topics, files, votes, and the days' counts."""
    op.create_table(
        "p_kb__article_topic",
        sa.Column("article_id", ID, sa.ForeignKey(ARTICLE, ondelete="CASCADE"), primary_key=True),
        sa.Column("topic_ref", sa.String(120), primary_key=True),
    )
    op.create_table(
        "p_kb__file",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("article_id", ID, sa.ForeignKey(ARTICLE, ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("locale", sa.String(20), nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("content_type", sa.String(130), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("storage", sa.String(40), nullable=False),
        sa.Column("content_id", sa.String(255), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "p_kb__vote",
        sa.Column("article_id", ID, sa.ForeignKey(ARTICLE, ondelete="CASCADE"), primary_key=True),
        sa.Column("voter", sa.String(64), primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="SET NULL"), index=True),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(20), nullable=False),
        sa.Column("voted_at", UTCDateTime(), nullable=False),
    )
    counts = (sa.Column(name, sa.Integer(), nullable=False) for name in ("shown", "read", "solved"))
    op.create_table("p_kb__day", sa.Column("day", sa.Date(), primary_key=True), *counts)


def downgrade() -> None:
    """Drop everything; triggers and indexes go with their tables."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE p_kb__fts")
    for name in ("day", "vote", "file", "article_topic", "version", "document", "text", "article", "category_name"):
        op.drop_table(f"p_kb__{name}")
    op.drop_table("p_kb__category")
