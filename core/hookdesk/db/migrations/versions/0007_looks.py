"""Statuses and priorities that an administrator makes: how they look, whether they are in use, what requesters may do with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOOKS = ("open", "pending", "solved", "closed", "emergency", "high", "normal", "low")


def upgrade() -> None:
    """Add the columns. So far the key was the look."""
    for table, look, further in (("status", "open", "requesters_may"), ("priority", "normal", "is_public")):
        op.add_column(table, sa.Column("look", sa.String(20), nullable=False, server_default=look))
        op.add_column(table, sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()))
        op.add_column(table, sa.Column(further, sa.Boolean(), nullable=False, server_default=sa.false()))
        rows = sa.table(table, sa.column("key"), sa.column("look"))
        op.execute(sa.update(rows).where(rows.c.key.in_(LOOKS)).values(look=rows.c.key))
    public = sa.table("priority", sa.column("key"), sa.column("is_public"))
    op.execute(sa.update(public).where(public.c.key.in_(("low", "normal", "high"))).values(is_public=sa.true()))
    op.add_column("status", sa.Column("reopens_as_id", ID, nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("status", "reopens_as_id")
    for table, further in (("status", "requesters_may"), ("priority", "is_public")):
        for column in ("look", "is_active", further):
            op.drop_column(table, column)
