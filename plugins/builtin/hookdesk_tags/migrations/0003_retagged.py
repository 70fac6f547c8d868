"""Tickets of tags that were renamed, merged or deleted, until search has been told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE, ID = "p_tags__retagged", sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE, sa.Column("id", ID, primary_key=True, autoincrement=True), sa.Column("ticket_id", ID, nullable=False)
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table(TABLE)
