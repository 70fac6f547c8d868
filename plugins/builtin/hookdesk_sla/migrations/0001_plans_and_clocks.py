"""Plans, clocks and pauses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
PLAN, CLOCK, PAUSE = "p_sla__plan", "p_sla__clock", "p_sla__pause"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        PLAN,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("schedule_ref", sa.String(120), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("warn_percent", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("follows_department", sa.Boolean(), nullable=False),
        sa.Column("is_silent", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("renewed_to", ID, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        CLOCK,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("ticket_id", ID, sa.ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False),
        sa.Column("plan_id", ID, sa.ForeignKey(f"{PLAN}.id", ondelete="SET NULL"), nullable=True),
        sa.Column("target", sa.String(20), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("allowance", sa.Integer(), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("warn_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("breached_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("fired", sa.JSON(), nullable=False),
    )
    for columns in (("next_at", "id"), ("ticket_id", "state"), ("plan_id", "state", "ticket_id")):
        op.create_index(f"ix_{CLOCK}_{'_'.join(columns)}", CLOCK, list(columns))
    op.create_table(
        PAUSE,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("ticket_id", ID, sa.ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
    )


def downgrade() -> None:
    """Drop them."""
    for table in (PAUSE, CLOCK, PLAN):
        op.drop_table(table)
