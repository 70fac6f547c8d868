"""Challenges that were used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLE = "p_proof_of_work__used"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE,
        sa.Column("nonce", sa.String(40), primary_key=True),
        sa.Column("sender", sa.String(26), nullable=False),
        sa.Column("is_solved", sa.Boolean(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_index("ix_p_proof_of_work__used_sender_used_at", TABLE, ["sender", "used_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table(TABLE)
