"""Help topics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "p_topics__topic"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("parent_id", ID, sa.ForeignKey(f"{TABLE}.id", ondelete="SET NULL"), index=True),
        sa.Column("department_id", ID, sa.ForeignKey("department.id", ondelete="SET NULL"), index=True),
        sa.Column("priority_id", ID, sa.ForeignKey("priority.id", ondelete="SET NULL"), index=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table(TABLE)
