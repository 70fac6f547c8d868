"""Tags, and which tickets have them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TAG, TICKET_TAG = "p_tags__tag", "p_tags__ticket_tag"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        TAG,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("key", sa.String(80), nullable=False, unique=True),
        sa.Column("colour", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        TICKET_TAG,
        sa.Column("ticket_id", ID, sa.ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("tag_id", ID, sa.ForeignKey(f"{TAG}.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index(f"ix_{TICKET_TAG}_tag_id", TICKET_TAG, ["tag_id", "ticket_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table(TICKET_TAG)
    op.drop_table(TAG)
