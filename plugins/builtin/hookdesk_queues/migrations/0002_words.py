"""Words that a queue's tickets contain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE = "p_queues__queue"


def upgrade() -> None:
    """Add the column."""
    op.add_column(TABLE, sa.Column("words", sa.String(200), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    op.drop_column(TABLE, "words")
