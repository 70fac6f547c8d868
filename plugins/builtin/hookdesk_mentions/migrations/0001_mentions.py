"""Who was mentioned where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "p_mentions__mention"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE,
        sa.Column("entry_id", ID, sa.ForeignKey("thread_entry.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("agent_id", ID, sa.ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("ticket_id", ID, sa.ForeignKey("ticket.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index(f"ix_{TABLE}_agent_id_ticket_id", TABLE, ["agent_id", "ticket_id"])
    op.create_index(f"ix_{TABLE}_ticket_id", TABLE, ["ticket_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table(TABLE)
