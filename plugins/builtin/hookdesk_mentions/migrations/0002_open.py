"""Mentions that were not answered yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE = "p_mentions__mention"


def upgrade() -> None:
    """Add the column: those that are there wait for their agents."""
    op.add_column(TABLE, sa.Column("open_for", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    op.create_index(f"ix_{TABLE}_open_for_ticket_id", TABLE, ["open_for", "ticket_id"])
    mention = sa.table(TABLE, sa.column("open_for"), sa.column("agent_id"))
    op.execute(mention.update().values(open_for=mention.c.agent_id))


def downgrade() -> None:
    """Drop it."""
    op.drop_index(f"ix_{TABLE}_open_for_ticket_id", TABLE)
    op.drop_column(TABLE, "open_for")
