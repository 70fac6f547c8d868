"""Keys, calls, claims."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hookdesk.api import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY, CALL, CLAIM = "p_api_osticket__key", "p_api_osticket__call", "p_api_osticket__claim"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        KEY,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("prefix", sa.String(8), nullable=False, unique=True),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("networks", sa.JSON(), nullable=False),
        sa.Column("may_create_tickets", sa.Boolean(), nullable=False),
        sa.Column("may_run_cron", sa.Boolean(), nullable=False),
        sa.Column("calls_per_minute", sa.Integer()),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("last_used_at", UTCDateTime()),
    )
    op.create_table(
        CALL,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("key_id", ID, sa.ForeignKey(f"{KEY}.id", ondelete="CASCADE"), index=True),
        sa.Column("ticket_id", ID, sa.ForeignKey("ticket.id", ondelete="SET NULL"), index=True),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("operation", sa.String(40), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("called_at", UTCDateTime(), nullable=False, index=True),
    )
    op.create_table(
        CLAIM,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("key_id", ID, sa.ForeignKey(f"{KEY}.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name_sha256", sa.String(64), nullable=False),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False, index=True),
        sa.UniqueConstraint("key_id", "name_sha256"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop them."""
    for table in (CLAIM, CALL, KEY):
        op.drop_table(table)
