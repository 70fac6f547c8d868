"""With which ticket a tag came, for merges that are undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE = "p_tags__ticket_tag"


def upgrade() -> None:
    """Add the column."""
    op.add_column(TABLE, sa.Column("merged_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))


def downgrade() -> None:
    """Drop it."""
    op.drop_column(TABLE, "merged_from_id")
