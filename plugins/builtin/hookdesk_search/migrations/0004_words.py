"""SQLite's words by the alphabet, read out of the index: no table of its own, and nothing to fill in."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the index be asked for its words. PostgreSQL's has them in their order."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE p_search__fts_words USING fts5vocab('p_search__fts', 'instance')")


def downgrade() -> None:
    """No longer."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE p_search__fts_words")
