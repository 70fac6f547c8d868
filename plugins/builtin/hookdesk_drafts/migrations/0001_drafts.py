"""What agents are writing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "p_drafts__draft"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("agent_id", ID, sa.ForeignKey("agent.id", ondelete="SET NULL")),
        sa.Column("ticket_id", ID, sa.ForeignKey("ticket.id", ondelete="SET NULL")),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(f"uq_{TABLE}_agent_id_place", TABLE, ["agent_id", "place"], unique=True)
    op.create_index(f"ix_{TABLE}_ticket_id", TABLE, ["ticket_id"])
    op.create_index(f"ix_{TABLE}_updated_at", TABLE, ["updated_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table(TABLE)
