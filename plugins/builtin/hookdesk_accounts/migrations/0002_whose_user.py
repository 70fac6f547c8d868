"""Whether a sign-up made the user, who then goes with an account that nobody confirms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE = "p_accounts__account"


def upgrade() -> None:
    """Add the column; whose user an older account is, nobody knows any more."""
    op.add_column(TABLE, sa.Column("made_user", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table(TABLE) as table:
        table.drop_column("made_user")
