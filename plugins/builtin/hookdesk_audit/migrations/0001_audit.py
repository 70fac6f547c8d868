"""The audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "p_audit__entry"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False, unique=True),
        sa.Column("seal", sa.String(64), nullable=False),
    )
    op.create_index("ix_p_audit__entry_kind_id", TABLE, ["kind", "id"])
    op.create_index("ix_p_audit__entry_agent_id_id", TABLE, ["agent_id", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table(TABLE)
