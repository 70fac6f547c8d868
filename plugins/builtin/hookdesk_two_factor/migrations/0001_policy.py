"""Who must have a second factor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key(name: str, target: str) -> sa.Column[int]:
    """A key that goes with what it names."""
    return sa.Column(name, ID, sa.ForeignKey(f"{target}.id", ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table("p_two_factor__role", _key("role_id", "role"))
    op.create_table("p_two_factor__department", _key("department_id", "department"))
    op.create_table(
        "p_two_factor__asked",
        _key("user_id", "user"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("p_two_factor__asked")
    op.drop_table("p_two_factor__department")
    op.drop_table("p_two_factor__role")
