"""Messages that a server does not hand out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hookdesk.api import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFUSED, FOLDER = "p_mailboxes__refused", "p_mailboxes__folder"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        REFUSED,
        sa.Column("folder_id", ID, nullable=False, autoincrement=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime()),
        sa.ForeignKeyConstraint(
            ["folder_id"], [f"{FOLDER}.id"], name=f"fk_{REFUSED}_folder_id_{FOLDER}", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("folder_id", "key", name=f"pk_{REFUSED}"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table(REFUSED)
