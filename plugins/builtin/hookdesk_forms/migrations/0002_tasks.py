"""Fields of tasks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "p_forms__value"
UNIQUE = f"uq_{TABLE}_task_id_field_id_place"


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table(TABLE) as table:
        table.add_column(sa.Column("task_id", ID))
        table.create_unique_constraint(UNIQUE, ["task_id", "field_id", "place"])


def downgrade() -> None:
    """Drop it, with what was filled in about tasks."""
    op.execute(sa.text(f"DELETE FROM {TABLE} WHERE task_id IS NOT NULL"))  # noqa: S608  # the table's own name
    with op.batch_alter_table(TABLE) as table:
        table.drop_constraint(UNIQUE, type_="unique")
        table.drop_column("task_id")
