"""Queues by priority, organization, answered and closed read no more of the tickets than their indexes."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NARROWING = ("department_id", "assignee_id", "status_id", "is_answered", "priority_id", "organization_id")
WIDENED = {
    "ix_ticket_state_activity": (("state", "last_activity_at", "id"), NARROWING),
    "ix_ticket_state_created": (("state", "created_at", "id"), ("department_id", "assignee_id", "team_id")),
    "ix_ticket_state_due": (("state", "due_at", "id"), ("department_id", "priority_id")),
    "ix_ticket_department_state_due": (("department_id", "state", "due_at", "id"), ("priority_id",)),
    "ix_ticket_department_state_activity": (
        ("department_id", "state", "last_activity_at", "id", "assignee_id", "status_id"),
        ("is_answered", "priority_id", "organization_id"),
    ),
    "ix_ticket_organization_activity": (("organization_id", "last_activity_at", "id"), ("state", "department_id")),
}
"""Index → its columns, and those that are added."""
CLOSED = "ix_ticket_state_closed"


def upgrade() -> None:
    """Make them anew with more columns, and add one."""
    for name, (before, added) in WIDENED.items():
        op.drop_index(name, "ticket")
        op.create_index(name, "ticket", [*before, *added])
    op.create_index(CLOSED, "ticket", ["state", "closed_at", "id", "department_id", "assignee_id", "team_id"])


def downgrade() -> None:
    """Make them as they were."""
    op.drop_index(CLOSED, "ticket")
    for name, (before, _added) in WIDENED.items():
        op.drop_index(name, "ticket")
        op.create_index(name, "ticket", list(before))
