"""Schedules and their special days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SCHEDULE, DAY = "p_calendars__schedule", "p_calendars__day"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        SCHEDULE,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("timezone", sa.String(60), nullable=False),
        sa.Column("week", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(10), nullable=False),
        sa.Column("region", sa.String(10), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        DAY,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("schedule_id", ID, sa.ForeignKey(f"{SCHEDULE}.id", ondelete="CASCADE"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.UniqueConstraint("schedule_id", "day", "source"),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table(DAY)
    op.drop_table(SCHEDULE)
