"""Formats and sequences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEQUENCE, FORMAT = "p_numbers__sequence", "p_numbers__format"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        SEQUENCE,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(16), nullable=False, unique=True),
        sa.Column("name", sa.String(60), nullable=False, unique=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("padding", sa.String(1), nullable=False),
        sa.Column("restarts", sa.String(10), nullable=False),
    )
    op.create_table(
        FORMAT,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(60), nullable=False, unique=True),
        sa.Column("pattern", sa.String(60), nullable=False),
        sa.Column("sequence_id", ID, sa.ForeignKey(f"{SEQUENCE}.id", ondelete="RESTRICT"), index=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table(FORMAT)
    op.drop_table(SEQUENCE)
