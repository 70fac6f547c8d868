"""Exports and their rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hookdesk.api import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EXPORT, PIECE = "p_export__export", "p_export__piece"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        EXPORT,
        sa.Column("id", ID, primary_key=True),
        sa.Column("agent_id", ID, sa.ForeignKey("agent.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("form", sa.String(10), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("storage", sa.String(40), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False, index=True),
    )
    op.create_table(
        PIECE,
        sa.Column("export_id", ID, sa.ForeignKey(f"{EXPORT}.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("rows", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table(PIECE)
    op.drop_table(EXPORT)
