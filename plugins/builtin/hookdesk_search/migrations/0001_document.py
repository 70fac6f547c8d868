"""The searched text and its full-text index: FTS5 on SQLite, tsvector with GIN on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "p_search__document"
# An external-content table: the text is stored once; triggers keep the index in step, whoever writes.
SQLITE = (
    """
    CREATE VIRTUAL TABLE p_search__fts USING fts5(
        public, notes, content='p_search__document', content_rowid='ticket_id', tokenize="unicode61 remove_diacritics 2"
    )
    """,
    """
    CREATE TRIGGER p_search__document_insert AFTER INSERT ON p_search__document BEGIN
        INSERT INTO p_search__fts(rowid, public, notes) VALUES (new.ticket_id, new.public, new.notes);
    END
    """,
    """
    CREATE TRIGGER p_search__document_delete AFTER DELETE ON p_search__document BEGIN
        INSERT INTO p_search__fts(p_search__fts, rowid, public, notes)
        VALUES ('delete', old.ticket_id, old.public, old.notes);
    END
    """,
    """
    CREATE TRIGGER p_search__document_update AFTER UPDATE ON p_search__document BEGIN
        INSERT INTO p_search__fts(p_search__fts, rowid, public, notes)
        VALUES ('delete', old.ticket_id, old.public, old.notes);
        INSERT INTO p_search__fts(rowid, public, notes) VALUES (new.ticket_id, new.public, new.notes);
    END
    """,
)
# "simple" splits words and folds case, without a language's stemming: a site has mail in many languages.
# A tsvector may hold 1 MB; left() keeps a very long thread from being refused.
POSTGRESQL = (
    """
    CREATE INDEX p_search__document_public ON p_search__document
    USING gin (to_tsvector('simple', left(public, 200000)))
    """,
    """
    CREATE INDEX p_search__document_all ON p_search__document
    USING gin (to_tsvector('simple', left(public, 200000) || ' ' || left(notes, 200000)))
    """,
)


def upgrade() -> None:
    """Create the table and the index of this database."""
    op.create_table(
        TABLE,
        sa.Column("ticket_id", ID, primary_key=True, autoincrement=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("updates", sa.Integer(), nullable=False),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Drop both; triggers and indexes go with their table."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE p_search__fts")
    op.drop_table(TABLE)
