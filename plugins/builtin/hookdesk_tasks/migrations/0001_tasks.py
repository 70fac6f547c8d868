"""Tasks with their threads, who follows them, and checklists."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TASK, ENTRY, FILE, FOLLOWER = "p_tasks__task", "p_tasks__entry", "p_tasks__file", "p_tasks__follower"
CHECKLIST, ITEM, TOPIC = "p_tasks__checklist", "p_tasks__item", "p_tasks__topic_checklist"
SORTED_BY = {
    "state_updated": ["state", "updated_at", "id"],
    "state_created": ["state", "created_at", "id"],
    "state_due": ["state", "due_at", "id"],
    "updated": ["updated_at", "id"],
    "created": ["created_at", "id"],
    "due": ["due_at", "id"],
    "watch": ["state", "is_overdue", "due_at"],
    "assignee": ["assignee_id", "state", "due_at", "id"],
    "team": ["team_id", "state", "due_at", "id"],
    "department": ["department_id", "state", "due_at", "id"],
    "ticket": ["ticket_id", "state", "id"],
}


def _to(table: str, rule: str = "CASCADE") -> sa.ForeignKey:
    """A reference."""
    return sa.ForeignKey(f"{table}.id", ondelete=rule)


def _id() -> sa.Column[Any]:
    """The id of a row."""
    return sa.Column("id", ID, primary_key=True, autoincrement=True)


def _whose() -> list[sa.Column[Any]]:
    """Where a task lies and who has it."""
    places = {"department_id": "department", "assignee_id": "agent", "team_id": "team"}
    return [sa.Column(name, ID, _to(table, "SET NULL")) for name, table in places.items()]


def upgrade() -> None:
    """Create the tables."""
    _tasks()
    _threads()
    _checklists()


def _tasks() -> None:
    """Tasks."""
    op.create_table(
        TASK,
        _id(),
        sa.Column("number", sa.String(40), nullable=False, unique=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("ticket_id", ID, _to("ticket", "SET NULL")),
        sa.Column("is_bound", sa.Boolean(), nullable=False),
        *_whose(),
        sa.Column("creator", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(100), unique=True),
        sa.Column("updates", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sqlite_autoincrement=True,
    )
    for name, columns in SORTED_BY.items():
        op.create_index(f"ix_{TASK}_{name}", TASK, columns)


def _threads() -> None:
    """What is written about them."""
    op.create_table(
        ENTRY,
        _id(),
        sa.Column("task_id", ID, _to(TASK), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("agent_id", ID, _to("agent", "SET NULL")),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_index(f"ix_{ENTRY}_task", ENTRY, ["task_id", "id"])
    op.create_table(
        FILE,
        _id(),
        sa.Column("task_id", ID, _to(TASK), nullable=False, index=True),
        sa.Column("entry_id", ID, _to(ENTRY), nullable=False, index=True),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("content_type", sa.String(120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("storage", sa.String(40), nullable=False),
    )
    op.create_table(
        FOLLOWER,
        sa.Column("task_id", ID, _to(TASK), primary_key=True),
        sa.Column("user_id", ID, _to("user"), primary_key=True, index=True),
    )


def _checklists() -> None:
    """What tasks are made from."""
    op.create_table(
        CHECKLIST,
        _id(),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        ITEM,
        _id(),
        sa.Column("checklist_id", ID, _to(CHECKLIST), nullable=False, index=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        *_whose(),
        sa.Column("days", sa.Integer()),
    )
    op.create_table(
        TOPIC,
        _id(),
        sa.Column("topic_ref", sa.String(120), nullable=False),
        sa.Column("checklist_id", ID, _to(CHECKLIST), nullable=False, index=True),
        sa.UniqueConstraint("topic_ref", "checklist_id"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in (TOPIC, ITEM, CHECKLIST, FOLLOWER, FILE, ENTRY, TASK):
        op.drop_table(table)
