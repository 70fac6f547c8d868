"""Entries are found by who wrote them: a person who is deleted must not cost a look at every entry."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_thread_entry_user_id", "thread_entry", ["user_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_thread_entry_user_id", "thread_entry")
