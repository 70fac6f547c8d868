"""Deleted tickets lie in the bin, merged ones name the ticket that they went into, edited entries keep what they said before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add columns and the table."""
    op.add_column("ticket", sa.Column("deleted_at", sa.DateTime(timezone=True)))
    op.add_column("ticket", sa.Column("merged_into_id", ID))
    op.add_column("ticket", sa.Column("related", sa.Integer, nullable=False, server_default="0"))
    merged = sa.text("merged_into_id IS NOT NULL")
    op.create_index(
        "ix_ticket_merged_into_id", "ticket", ["merged_into_id"], sqlite_where=merged, postgresql_where=merged
    )
    op.add_column("thread_entry", sa.Column("edited_at", sa.DateTime(timezone=True)))
    op.add_column("thread_entry", sa.Column("edited_by", sa.String(200), nullable=False, server_default=""))
    op.create_table(
        "entry_version",
        sa.Column("id", ID, primary_key=True),
        sa.Column("entry_id", ID, sa.ForeignKey("thread_entry.id", ondelete="CASCADE"), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_entry_version_entry_id", "entry_version", ["entry_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("entry_version")
    op.drop_column("thread_entry", "edited_by")
    op.drop_column("thread_entry", "edited_at")
    op.drop_index("ix_ticket_merged_into_id", "ticket")
    op.drop_column("ticket", "related")
    op.drop_column("ticket", "merged_into_id")
    op.drop_column("ticket", "deleted_at")
