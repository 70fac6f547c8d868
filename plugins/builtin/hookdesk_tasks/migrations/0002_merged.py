"""From which ticket a merge has brought a task."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TASK = "p_tasks__task"


def upgrade() -> None:
    """Add the column."""
    op.add_column(TASK, sa.Column("merged_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))


def downgrade() -> None:
    """Drop it."""
    op.drop_column(TASK, "merged_from_id")
