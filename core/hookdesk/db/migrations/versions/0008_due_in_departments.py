"""What is overdue in a department is found without a look at all of its tickets."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_ticket_department_state_due", "ticket", ["department_id", "state", "due_at", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_ticket_department_state_due", "ticket")
