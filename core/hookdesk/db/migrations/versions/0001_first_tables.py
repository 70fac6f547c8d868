"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create core's tables."""
    create_people()
    create_tickets()
    create_running()


def downgrade() -> None:
    """Drop core's tables, what refers before what is referred to."""
    for name in (
        "intake_record",
        "system_log",
        "site_counter",
        "setting",
        "plugin_timing",
        "plugin_state",
        "plugin_error",
        "outbox_event",
        "lease",
        "job_run",
        "delivery",
        "attachment",
        "ticket_event",
        "thread_entry",
        "referral",
        "decision",
        "collaborator",
        "ticket",
        "status",
        "priority",
        "team_member",
        "team",
        "agent_department",
        "user_email",
        "token",
        "session",
        "agent",
        "user",
        "role",
        "organization",
        "department",
    ):
        op.drop_table(name)


def create_people() -> None:
    """Requesters, agents, departments, roles, teams, sessions."""
    op.create_table(
        "department",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("manager_id", ID, nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["department.id"], name="fk_department_parent_id_department", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_department"),
        sa.UniqueConstraint("name", name="uq_department_name"),
    )
    op.create_table(
        "organization",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organization"),
        sa.UniqueConstraint("name", name="uq_organization_name"),
    )
    op.create_table(
        "role",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_role"),
        sa.UniqueConstraint("name", name="uq_role_name"),
    )
    op.create_table(
        "user",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("organization_id", ID, nullable=True),
        sa.Column("phone", sa.String(60), nullable=False),
        sa.Column("locale", sa.String(20), nullable=False),
        sa.Column("timezone", sa.String(60), nullable=False),
        sa.Column("is_banned", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_user_organization_id_organization", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
    )
    op.create_index("ix_user_organization_id", "user", ["organization_id"], unique=False)
    op.create_table(
        "agent",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("login", sa.String(120), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("role_id", ID, nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("on_vacation", sa.Boolean(), nullable=False),
        sa.Column("assigned_only", sa.Boolean(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(20), nullable=False),
        sa.Column("timezone", sa.String(60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_agent_user_id_user", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk_agent_department_id_department", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name="fk_agent_role_id_role", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_agent"),
        sa.UniqueConstraint("login", name="uq_agent_login"),
        sa.UniqueConstraint("user_id", name="uq_agent_user_id"),
    )
    op.create_index("ix_agent_department_id", "agent", ["department_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("face", sa.String(20), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_session_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.UniqueConstraint("token_hash", name="uq_session_token_hash"),
    )
    op.create_index("ix_session_user_id_revoked_at", "session", ["user_id", "revoked_at"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_token_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("token_hash", name="uq_token_token_hash"),
    )
    op.create_index("ix_token_user_id", "token", ["user_id"], unique=False)
    op.create_table(
        "user_email",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_user_email_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_user_email"),
        sa.UniqueConstraint("address", name="uq_user_email_address"),
    )
    op.create_index("ix_user_email_user_id", "user_email", ["user_id"], unique=False)
    op.create_table(
        "agent_department",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("role_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name="fk_agent_department_agent_id_agent", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name="fk_agent_department_department_id_department",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name="fk_agent_department_role_id_role", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_agent_department"),
        sa.UniqueConstraint("agent_id", "department_id", name="uq_agent_department_agent_id_department_id"),
    )
    op.create_index("ix_agent_department_agent_id", "agent_department", ["agent_id"], unique=False)
    op.create_table(
        "team",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("lead_id", ID, nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["agent.id"], name="fk_team_lead_id_agent", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
        sa.UniqueConstraint("name", name="uq_team_name"),
    )
    op.create_table(
        "team_member",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_member_team_id_team", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_team_member_agent_id_agent", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_team_member"),
        sa.UniqueConstraint("team_id", "agent_id", name="uq_team_member_team_id_agent_id"),
    )
    op.create_index("ix_team_member_agent_id", "team_member", ["agent_id"], unique=False)


def create_tickets() -> None:
    """Statuses, priorities, tickets and what hangs on them."""
    op.create_table(
        "priority",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_priority"),
        sa.UniqueConstraint("key", name="uq_priority_key"),
        sa.UniqueConstraint("name", name="uq_priority_name"),
    )
    op.create_table(
        "status",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("may_reopen", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_status"),
        sa.UniqueConstraint("key", name="uq_status_key"),
        sa.UniqueConstraint("name", name="uq_status_name"),
    )
    op.create_table(
        "ticket",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=True),
        sa.Column("department_id", ID, nullable=False),
        sa.Column("assignee_id", ID, nullable=True),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("status_id", ID, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("priority_id", ID, nullable=False),
        sa.Column("priority_rank", sa.Integer(), nullable=False),
        sa.Column("topic_ref", sa.String(120), nullable=False),
        sa.Column("sla_ref", sa.String(120), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("is_answered", sa.Boolean(), nullable=False),
        sa.Column("snippet", sa.String(200), nullable=False),
        sa.Column("snippet_by", sa.String(100), nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("attachment_count", sa.Integer(), nullable=False),
        sa.Column("updates", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_activity_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("reopened_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_ticket_user_id_user", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_ticket_organization_id_organization", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk_ticket_department_id_department", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["assignee_id"], ["agent.id"], name="fk_ticket_assignee_id_agent", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_ticket_team_id_team", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["status_id"], ["status.id"], name="fk_ticket_status_id_status", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["priority_id"], ["priority.id"], name="fk_ticket_priority_id_priority", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.UniqueConstraint("number", name="uq_ticket_number"),
    )
    op.create_index(
        "ix_ticket_assignee_state_activity",
        "ticket",
        ["assignee_id", "state", "last_activity_at", "id", "department_id", "status_id"],
        unique=False,
    )
    op.create_index(
        "ix_ticket_department_state_activity",
        "ticket",
        ["department_id", "state", "last_activity_at", "id", "assignee_id", "status_id"],
        unique=False,
    )
    op.create_index(
        "ix_ticket_organization_activity", "ticket", ["organization_id", "last_activity_at", "id"], unique=False
    )
    op.create_index("ix_ticket_state_activity", "ticket", ["state", "last_activity_at", "id"], unique=False)
    op.create_index("ix_ticket_state_created", "ticket", ["state", "created_at", "id"], unique=False)
    op.create_index("ix_ticket_state_due", "ticket", ["state", "due_at", "id"], unique=False)
    op.create_index("ix_ticket_state_priority", "ticket", ["state", "priority_rank", "id"], unique=False)
    op.create_index(
        "ix_ticket_team_state_activity",
        "ticket",
        ["team_id", "state", "last_activity_at", "id", "department_id", "assignee_id", "status_id"],
        unique=False,
    )
    op.create_index(
        "ix_ticket_status_state_activity", "ticket", ["status_id", "state", "last_activity_at", "id"], unique=False
    )
    op.create_index("ix_ticket_user_activity", "ticket", ["user_id", "last_activity_at", "id"], unique=False)
    op.create_table(
        "collaborator",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_collaborator_ticket_id_ticket", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_collaborator_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_collaborator"),
        sa.UniqueConstraint("ticket_id", "user_id", name="uq_collaborator_ticket_id_user_id"),
    )
    op.create_index("ix_collaborator_user_id", "collaborator", ["user_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("intake_id", ID, nullable=True),
        sa.Column("hook", sa.String(60), nullable=False),
        sa.Column("plugin", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("compared", sa.JSON(), nullable=False),
        sa.Column("microseconds", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_decision_ticket_id_ticket", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_intake_id_id", "decision", ["intake_id", "id"], unique=False)
    op.create_index("ix_decision_ticket_id_id", "decision", ["ticket_id", "id"], unique=False)
    op.create_table(
        "referral",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("department_id", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_referral_ticket_id_ticket", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_referral_agent_id_agent", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_referral_team_id_team", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk_referral_department_id_department", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referral"),
    )
    op.create_index("ix_referral_agent_id", "referral", ["agent_id"], unique=False)
    op.create_index("ix_referral_department_id", "referral", ["department_id"], unique=False)
    op.create_index("ix_referral_team_id", "referral", ["team_id"], unique=False)
    op.create_index("ix_referral_ticket_id", "referral", ["ticket_id"], unique=False)
    op.create_table(
        "thread_entry",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(255), nullable=True),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("intake_id", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_thread_entry_ticket_id_ticket", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_thread_entry_user_id_user", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_thread_entry_agent_id_agent", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_thread_entry"),
        sa.UniqueConstraint("message_id", name="uq_thread_entry_message_id"),
    )
    op.create_index("ix_thread_entry_ticket_id_id", "thread_entry", ["ticket_id", "id"], unique=False)
    op.create_table(
        "ticket_event",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_ticket_event_ticket_id_ticket", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_event"),
    )
    op.create_index("ix_ticket_event_ticket_id_id", "ticket_event", ["ticket_id", "id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("content_type", sa.String(120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("storage", sa.String(40), nullable=False),
        sa.Column("content_id", sa.String(255), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_attachment_ticket_id_ticket", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["thread_entry.id"], name="fk_attachment_entry_id_thread_entry", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_entry_id", "attachment", ["entry_id"], unique=False)
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"], unique=False)
    op.create_index("ix_attachment_ticket_id", "attachment", ["ticket_id"], unique=False)


def create_running() -> None:
    """The intake ledger, outbox, settings, plugin state, leases, logs."""
    op.create_table(
        "delivery",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("event", sa.String(60), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("plugin", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("key", "plugin", name="uq_delivery_key_plugin"),
    )
    op.create_index("ix_delivery_state_due_at", "delivery", ["state", "due_at"], unique=False)
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job_run"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "outbox_event",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_event"),
        sa.UniqueConstraint("key", name="uq_outbox_event_key"),
    )
    op.create_table(
        "plugin_error",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("plugin", sa.String(40), nullable=False),
        sa.Column("hook", sa.String(60), nullable=False),
        sa.Column("error", sa.String(200), nullable=False),
        sa.Column("traceback", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plugin_error"),
    )
    op.create_index("ix_plugin_error_plugin_created_at", "plugin_error", ["plugin", "created_at"], unique=False)
    op.create_table(
        "plugin_state",
        sa.Column("slug", sa.String(40), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("paused_until", MOMENT, nullable=True),
        sa.Column("stopped_at", sa.String(64), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_plugin_state"),
    )
    op.create_table(
        "plugin_timing",
        sa.Column("plugin", sa.String(40), nullable=False),
        sa.Column("hook", sa.String(60), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("calls", ID, nullable=False),
        sa.Column("microseconds", ID, nullable=False),
        sa.Column("slowest", ID, nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("plugin", "hook", "day", name="pk_plugin_timing"),
    )
    op.create_table(
        "setting",
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_setting"),
    )
    op.create_table(
        "site_counter",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_site_counter"),
    )
    op.create_table(
        "system_log",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_system_log"),
    )
    op.create_table(
        "intake_record",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("dedupe", sa.String(255), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("raw_sha256", sa.String(64), nullable=False),
        sa.Column("raw_size", sa.Integer(), nullable=False),
        sa.Column("storage", sa.String(40), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("sender", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("entry_id", ID, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_intake_record_ticket_id_ticket", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_intake_record"),
        sa.UniqueConstraint("channel", "dedupe", name="uq_intake_record_channel_dedupe"),
    )
    op.create_index("ix_intake_record_outcome_id", "intake_record", ["outcome", "id"], unique=False)
    op.create_index("ix_intake_record_ticket_id", "intake_record", ["ticket_id"], unique=False)
