"""What agents want to be told of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "p_email_out__preference"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE,
        sa.Column("agent_id", ID, sa.ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("unwanted", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table(TABLE)
