"""Canned responses, their files, and those that filters send."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RESPONSE = "p_canned__response"
FILE = "p_canned__file"
AUTOMATIC = "p_canned__automatic"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        RESPONSE,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("department_id", ID, sa.ForeignKey("department.id", ondelete="RESTRICT"), index=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(20), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        FILE,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("response_id", ID, sa.ForeignKey(f"{RESPONSE}.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("content_type", sa.String(120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("storage", sa.String(40), nullable=False),
    )
    op.create_table(
        AUTOMATIC,
        sa.Column(
            "ticket_id", ID, sa.ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        ),
        sa.Column("response_id", ID, sa.ForeignKey(f"{RESPONSE}.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("is_mailed", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in (AUTOMATIC, FILE, RESPONSE):
        op.drop_table(table)
