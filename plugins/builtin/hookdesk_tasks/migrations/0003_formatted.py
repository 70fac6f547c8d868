"""Formatted text: descriptions and entries as HTML, too, and pictures in both."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TASK, ENTRY, FILE = "p_tasks__task", "p_tasks__entry", "p_tasks__file"
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns; a file of no entry stands in the description."""
    for table in (TASK, ENTRY):
        op.add_column(table, sa.Column("html", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table(FILE) as file:
        file.add_column(sa.Column("content_id", sa.String(255), nullable=False, server_default=""))
        file.alter_column("entry_id", existing_type=ID, nullable=True)


def downgrade() -> None:
    """Drop them, and what stood in descriptions."""
    op.execute(sa.text(f"DELETE FROM {FILE} WHERE entry_id IS NULL"))  # noqa: S608  # a name of this page
    with op.batch_alter_table(FILE) as file:
        file.alter_column("entry_id", existing_type=ID, nullable=False)
        file.drop_column("content_id")
    for table in (ENTRY, TASK):
        op.drop_column(table, "html")
