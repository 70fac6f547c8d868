"""How far the search for tickets without a document is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hookdesk.api import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE, ID = "p_search__look", sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE,
        sa.Column("id", ID, primary_key=True),
        sa.Column("cursor", ID, nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table(TABLE)
