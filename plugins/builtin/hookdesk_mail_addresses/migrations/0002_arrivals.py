"""At which of our addresses each ticket came in, for conditions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE, ID = "p_mail_addresses__arrival", sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        TABLE,
        sa.Column("ticket_id", ID, sa.ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("address_id", ID, sa.ForeignKey("p_mail_addresses__address.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index(f"ix_{TABLE}_address_id", TABLE, ["address_id", "ticket_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table(TABLE)
