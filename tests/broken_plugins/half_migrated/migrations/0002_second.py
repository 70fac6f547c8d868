"""A second table, and a statement that no database understands."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Fail half-way."""
    op.create_table("p_half_migrated__second", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("ALTER TABLE p_half_migrated__nothing NONSENSE")


def downgrade() -> None:
    """Take back."""
    op.drop_table("p_half_migrated__second")
