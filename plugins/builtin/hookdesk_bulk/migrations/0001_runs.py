"""Runs and their tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hookdesk.api import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RUN, ITEM = "p_bulk__run", "p_bulk__item"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        RUN,
        sa.Column("id", ID, primary_key=True),
        sa.Column("agent_id", ID, sa.ForeignKey("agent.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("undoes_id", ID, sa.ForeignKey(f"{RUN}.id", ondelete="CASCADE"), index=True),
        sa.Column("created_at", UTCDateTime(), nullable=False, index=True),
    )
    op.create_table(
        ITEM,
        sa.Column("run_id", ID, sa.ForeignKey(f"{RUN}.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("ticket_id", ID),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("kept", sa.JSON()),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table(ITEM)
    op.drop_table(RUN)
