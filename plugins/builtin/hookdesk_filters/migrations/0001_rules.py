"""Rules, their versions, what they did, and dry runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "p_filters__rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_p_filters__rule")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "p_filters__run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cursor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("contested", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["p_filters__rule.id"],
            name=op.f("fk_p_filters__run_rule_id_p_filters__rule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_p_filters__run")),
    )
    with op.batch_alter_table("p_filters__run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_p_filters__run_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_p_filters__run_state"), ["state"], unique=False)

    op.create_table(
        "p_filters__version",
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("stops", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(length=200), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["p_filters__rule.id"],
            name=op.f("fk_p_filters__version_rule_id_p_filters__rule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("rule_id", "number", name=op.f("pk_p_filters__version")),
    )
    op.create_table(
        "p_filters__turn",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("pool", sa.String(length=40), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_p_filters__turn_agent_id_agent"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_p_filters__turn")),
    )
    with op.batch_alter_table("p_filters__turn", schema=None) as batch_op:
        batch_op.create_index("ix_p_filters__turn_pool_agent_id_id", ["pool", "agent_id", "id"], unique=False)

    op.create_table(
        "p_filters__hit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("rule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("intake_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=500), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["p_filters__rule.id"],
            name=op.f("fk_p_filters__hit_rule_id_p_filters__rule"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_p_filters__hit_ticket_id_ticket"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_p_filters__hit")),
    )
    with op.batch_alter_table("p_filters__hit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_p_filters__hit_happened_at"), ["happened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_p_filters__hit_intake_id"), ["intake_id"], unique=False)
        batch_op.create_index("ix_p_filters__hit_rule_id_id", ["rule_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_p_filters__hit_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "p_filters__run_ticket",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column(
            "ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("other", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["p_filters__run.id"],
            name=op.f("fk_p_filters__run_ticket_run_id_p_filters__run"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_p_filters__run_ticket_ticket_id_ticket"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "ticket_id", name=op.f("pk_p_filters__run_ticket")),
    )
    with op.batch_alter_table("p_filters__run_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_p_filters__run_ticket_ticket_id"), ["ticket_id"], unique=False)


def downgrade() -> None:
    """Take back."""

    with op.batch_alter_table("p_filters__run_ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_p_filters__run_ticket_ticket_id"))

    op.drop_table("p_filters__run_ticket")
    with op.batch_alter_table("p_filters__hit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_p_filters__hit_ticket_id"))
        batch_op.drop_index("ix_p_filters__hit_rule_id_id")
        batch_op.drop_index(batch_op.f("ix_p_filters__hit_intake_id"))
        batch_op.drop_index(batch_op.f("ix_p_filters__hit_happened_at"))

    op.drop_table("p_filters__hit")
    with op.batch_alter_table("p_filters__turn", schema=None) as batch_op:
        batch_op.drop_index("ix_p_filters__turn_pool_agent_id_id")

    op.drop_table("p_filters__turn")
    op.drop_table("p_filters__version")
    with op.batch_alter_table("p_filters__run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_p_filters__run_state"))
        batch_op.drop_index(batch_op.f("ix_p_filters__run_rule_id"))

    op.drop_table("p_filters__run")
    op.drop_table("p_filters__rule")
