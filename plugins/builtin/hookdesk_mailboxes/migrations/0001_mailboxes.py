"""Mailboxes, their folders, and what was taken from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hookdesk.api import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MAILBOX, FOLDER, TAKEN = "p_mailboxes__mailbox", "p_mailboxes__folder", "p_mailboxes__taken"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        MAILBOX,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("protocol", sa.String(40), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("security", sa.String(20), nullable=False),
        sa.Column("username", sa.String(320), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("token_ref", sa.String(120), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("after", sa.String(20), nullable=False),
        sa.Column("archive", sa.String(255), nullable=False),
        sa.Column("most_bytes", sa.BigInteger(), nullable=False),
        sa.Column("takes_old", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("last_success", UTCDateTime()),
        sa.Column("last_mail", UTCDateTime()),
        sa.Column("lag_seconds", sa.Integer()),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=False, index=True),
        sa.Column("token_expires", UTCDateTime()),
        sa.Column("alarmed_at", UTCDateTime()),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("held_until", UTCDateTime()),
        sqlite_autoincrement=True,
    )
    op.create_table(
        FOLDER,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("mailbox_id", ID, sa.ForeignKey(f"{MAILBOX}.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("validity", sa.String(40), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.Column("is_anew", sa.Boolean(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{FOLDER}_name", FOLDER, ["mailbox_id", "name"], unique=True)
    op.create_table(
        TAKEN,
        sa.Column("folder_id", ID, sa.ForeignKey(f"{FOLDER}.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index(f"ix_{TAKEN}_digest", TAKEN, ["folder_id", "digest"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table(TAKEN)
    op.drop_table(FOLDER)
    op.drop_table(MAILBOX)
