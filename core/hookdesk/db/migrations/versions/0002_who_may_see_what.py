"""Who may see what: organizations that share, departments with rules, agents with permissions of their own."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _word(name: str, default: str, length: int = 10) -> sa.Column[Any]:
    """A short text."""
    return sa.Column(name, sa.String(length), nullable=False, server_default=default)


def _flag(name: str, default: bool) -> sa.Column[Any]:
    """Yes or no."""
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true() if default else sa.false())


def _text(name: str) -> sa.Column[Any]:
    """A text of any length."""
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _added() -> dict[str, list[sa.Column[Any]]]:
    """The columns that each table gets."""
    return {
        "organization": [
            _word("sharing", "nobody"),
            _flag("contacts_share", False),
            _word("followers", "nobody"),
            sa.Column("manager_agent_id", ID, nullable=True),
            sa.Column("manager_team_id", ID, nullable=True),
            _flag("assigns_manager", False),
        ],
        "user": [_text("notes"), _flag("is_primary_contact", False)],
        "department": [
            _flag("is_archived", False),
            _word("assignment", "all"),
            _flag("claims_on_reply", True),
            _flag("keeps_assignee_on_reopen", True),
            _flag("answers_tickets", True),
            _flag("answers_messages", True),
            _word("alerts", "extended"),
            *(_word(f"{what}_ref", "", 120) for what in ("mail_account", "template", "sla", "schedule")),
        ],
        "role": [_text("notes")],
        "agent": [
            _flag("role_falls_back", True),
            _flag("is_visible", True),
            _flag("must_change_password", False),
            # agents go on seeing whom and what they saw
            sa.Column(
                "permissions", sa.JSON(), nullable=False, server_default='["agent.see_all", "department.see_all"]'
            ),
            _word("phone", "", 60),
            _text("notes"),
        ],
        "agent_department": [_flag("gets_alerts", True)],
        "team": [_flag("gets_alerts", True), _text("notes")],
        "team_member": [_flag("gets_alerts", True)],
        "session": [sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True)],
        "collaborator": [_flag("is_active", True)],
    }


def upgrade() -> None:
    """Add what is new."""
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "organization_domain",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("organization_id", ID, sa.ForeignKey("organization.id", ondelete="CASCADE"), nullable=False),
        sa.Column("domain", sa.String(255), nullable=False, unique=True),
        sa.Column("is_suffix", sa.Boolean(), nullable=False),
    )
    op.create_index(op.f("ix_organization_domain_organization_id"), "organization_domain", ["organization_id"])
    _split_permissions()


def _split_permissions() -> None:
    """Who could assign could also take away; who could edit could do what has a permission of its own now."""
    role = sa.table("role", sa.column("id", ID), sa.column("permissions", sa.JSON()))
    new = {"ticket.assign": {"ticket.release", "ticket.refer"}, "ticket.reply": {"ticket.mark_answered"}}
    bind = op.get_bind()
    for row_id, held in bind.execute(sa.select(role.c.id, role.c.permissions)).all():
        wanted = sorted({*held, *(name for had, names in new.items() if had in held for name in names)})
        bind.execute(role.update().where(role.c.id == row_id).values(permissions=wanted))


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("organization_domain")
    for table, columns in reversed(_added().items()):
        for column in reversed(columns):
            op.drop_column(table, column.name)
