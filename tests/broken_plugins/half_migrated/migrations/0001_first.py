"""The first table."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table("p_half_migrated__first", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    """Take back."""
    op.drop_table("p_half_migrated__first")
