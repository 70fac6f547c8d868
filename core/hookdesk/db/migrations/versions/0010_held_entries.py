"""What was written may be taken back for some seconds: until then its events wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table and the column."""
    op.create_table(
        "held_entry",
        sa.Column("entry_id", ID, sa.ForeignKey("thread_entry.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("held_for", sa.String(32), nullable=False),
        sa.Column("undo", sa.JSON(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("outbox_event", sa.Column("held_for", sa.String(32)))


def downgrade() -> None:
    """Drop them; what waits goes on its way."""
    with op.batch_alter_table("outbox_event") as table:
        table.drop_column("held_for")
    op.drop_table("held_entry")
