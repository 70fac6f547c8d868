"""Queues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
QUEUE, CHOICE, FIRST, VIP = "p_queues__queue", "p_queues__choice", "p_queues__first", "p_queues__vip"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        QUEUE,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("agent_id", ID, sa.ForeignKey("agent.id", ondelete="CASCADE"), index=True),
        sa.Column("parent_id", ID, sa.ForeignKey(f"{QUEUE}.id", ondelete="SET NULL"), index=True),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("icon", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("inherits", sa.JSON(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("styles", sa.JSON(), nullable=False),
        sa.Column("sort", sa.String(140), nullable=False),
        sa.Column("sorts", sa.JSON(), nullable=False),
        sa.Column("quick", sa.String(120), nullable=False),
        sa.Column("export", sa.JSON(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        CHOICE,
        sa.Column("agent_id", ID, sa.ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("queue_id", ID, sa.ForeignKey(f"{QUEUE}.id", ondelete="CASCADE"), primary_key=True, index=True),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("sort", sa.String(140), nullable=False),
    )
    op.create_table(
        FIRST,
        sa.Column("agent_id", ID, sa.ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("queue_id", ID, sa.ForeignKey(f"{QUEUE}.id", ondelete="CASCADE"), nullable=False, index=True),
    )
    op.create_table(
        VIP, sa.Column("organization_id", ID, sa.ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True)
    )


def downgrade() -> None:
    """Drop them."""
    for table in (VIP, FIRST, CHOICE, QUEUE):
        op.drop_table(table)
