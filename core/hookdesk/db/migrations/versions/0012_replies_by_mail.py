"""A department says whether what its agents answer by mail goes to the requester."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: a note, as before."""
    op.add_column("department", sa.Column("replies_by_mail", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("department") as table:
        table.drop_column("replies_by_mail")
