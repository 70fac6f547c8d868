"""PostgreSQL keeps the words of a text beside it: how well it fits was reckoned from the text itself, for each text that was found."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = "setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', left(body, 200000)), 'D')"


def upgrade() -> None:
    """Have them kept, and the index made of them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX p_kb__document_words")
        op.execute(f"ALTER TABLE p_kb__document ADD COLUMN words tsvector GENERATED ALWAYS AS ({WORDS}) STORED")
        op.execute("CREATE INDEX p_kb__document_words ON p_kb__document USING gin (words)")


def downgrade() -> None:
    """Index the texts themselves again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE p_kb__document DROP COLUMN words")  # the index goes with it
        op.execute(f"CREATE INDEX p_kb__document_words ON p_kb__document USING gin (({WORDS}))")
