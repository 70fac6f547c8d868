"""Merged and linked tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MERGE, LINK = "p_merge__merge", "p_merge__link"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        MERGE,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("parent_id", ID, sa.ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("child_id", ID, sa.ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        LINK,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("low_id", ID, sa.ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False),
        sa.Column("high_id", ID, sa.ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("low_id", "high_id"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table(LINK)
    op.drop_table(MERGE)
