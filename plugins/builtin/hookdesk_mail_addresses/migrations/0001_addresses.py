"""Our own addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDRESS, REFERRAL = "p_mail_addresses__address", "p_mail_addresses__referral"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        ADDRESS,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("address", sa.String(320), nullable=False, unique=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("department_id", ID, sa.ForeignKey("department.id", ondelete="SET NULL")),
        sa.Column("priority_id", ID, sa.ForeignKey("priority.id", ondelete="SET NULL")),
        sa.Column("topic", sa.String(120), nullable=False),
        sa.Column("answers", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("spoofed", sa.String(12), nullable=False),
        sa.Column("collaborators", sa.String(12), nullable=False),
        sa.Column("plus_addressing", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        REFERRAL,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("ticket_id", ID, sa.ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False),
        sa.Column("department_id", ID, sa.ForeignKey("department.id", ondelete="CASCADE"), nullable=False),
    )
    for table, column in (
        (ADDRESS, "department_id"),
        (ADDRESS, "priority_id"),
        (REFERRAL, "ticket_id"),
        (REFERRAL, "department_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Drop them."""
    op.drop_table(REFERRAL)
    op.drop_table(ADDRESS)
