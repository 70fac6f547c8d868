"""The queue of outgoing mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLE = "p_email_out__mail"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("template", sa.String(40), nullable=False),
        sa.Column("ticket_id", ID, sa.ForeignKey("ticket.id", ondelete="SET NULL"), index=True),
        sa.Column("entry_id", ID, sa.ForeignKey("thread_entry.id", ondelete="SET NULL")),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sender_name", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(600), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False, index=True),
        sa.Column("in_reply_to", sa.String(500), nullable=False),
        sa.Column("references", sa.Text(), nullable=False),
        sa.Column("auto", sa.String(20), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.UniqueConstraint("key", "address"),
        sa.Index("ix_p_email_out__mail_state_due_at", "state", "due_at"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table(TABLE)
