"""Users who are going, and files of people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEAVING, IMPORT, ROW = "p_people__leaving", "p_people__import", "p_people__row"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        LEAVING,
        sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        IMPORT,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        ROW,
        sa.Column(
            "import_id", ID, sa.ForeignKey(f"{IMPORT}.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        ),
        sa.Column("line", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("ix_p_people__row_import_outcome", ROW, ["import_id", "outcome", "line"])


def downgrade() -> None:
    """Drop the tables."""
    for table in (ROW, IMPORT, LEAVING):
        op.drop_table(table)
