"""For whom the portal offers a topic."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE, AUDIENCE, UNLISTED = "p_topics__topic", "p_topics__audience", "p_topics__unlisted_department"


def upgrade() -> None:
    """Add the switch, the organizations that it names, and the departments whose topics the portal leaves out."""
    op.add_column(TABLE, sa.Column("is_restricted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        AUDIENCE,
        sa.Column("topic_id", ID, sa.ForeignKey(f"{TABLE}.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("organization_id", ID, sa.ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index(f"ix_{AUDIENCE}_organization_id", AUDIENCE, ["organization_id"])
    op.create_table(
        UNLISTED,
        sa.Column("department_id", ID, sa.ForeignKey("department.id", ondelete="CASCADE"), primary_key=True),
    )


def downgrade() -> None:
    """Take all of it away."""
    op.drop_table(UNLISTED)
    op.drop_table(AUDIENCE)
    op.drop_column(TABLE, "is_restricted")
