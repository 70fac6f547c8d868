"""Accounts that mail leaves by. What stood among the settings becomes the first one, its password as it was stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ACCOUNT, MAIL, PREFERENCE = "p_email_out__account", "p_email_out__mail", "p_email_out__preference"
TOPIC, BOUNCING = "p_email_out__topic_account", "p_email_out__bouncing"
BY_STATE, BY_ACCOUNT = "ix_p_email_out__mail_state_due_at", "ix_p_email_out__mail_state_account_id_due_at"
FOREIGN = f"fk_{MAIL}_account_id_{ACCOUNT}"
MOVED: Mapping[str, tuple[str, Any]] = {
    "host": ("host", ""), "port": ("port", 587), "security": ("security", "starttls"), "username": ("username", ""),
    "password": ("password", ""), "timeout": ("timeout", 30), "from_address": ("address", "support@localhost"),
    "from_name": ("sender_name", ""),
}  # fmt: skip
"""Setting → the column that it becomes, and its default."""
SETTINGS = sa.table(
    "setting", sa.column("scope", sa.String), sa.column("values", sa.JSON), sa.column("version", sa.Integer)
)
MADE = sa.table(
    ACCOUNT,
    sa.column("id", ID),
    *(sa.column(column) for column, _default in MOVED.values()),
    sa.column("is_default", sa.Boolean),
)


def upgrade() -> None:
    """Create the tables, and take over what an admin has set."""
    account = _create_accounts()
    op.create_table(
        TOPIC,
        sa.Column("topic_ref", sa.String(120), primary_key=True),
        sa.Column("account_id", ID, sa.ForeignKey(f"{ACCOUNT}.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_table(
        BOUNCING,
        sa.Column("address", sa.String(320), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.Column("bounced_at", MOMENT, nullable=False),
    )
    with op.batch_alter_table(MAIL) as table:
        table.add_column(sa.Column("user_id", ID))
        table.add_column(sa.Column("account_id", ID))
        table.add_column(sa.Column("reason", sa.String(40), nullable=False, server_default=""))
        table.add_column(sa.Column("is_alert", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("answer", sa.String(500), nullable=False, server_default=""))
        table.create_foreign_key(FOREIGN, ACCOUNT, ["account_id"], ["id"], ondelete="SET NULL")
        table.drop_index(BY_STATE)
        table.create_index(BY_ACCOUNT, ["state", "account_id", "due_at"])
    with op.batch_alter_table(PREFERENCE) as table:
        table.add_column(sa.Column("shown_as", sa.String(12), nullable=False, server_default=""))
    mail = sa.table(MAIL, sa.column("template", sa.String), sa.column("is_alert", sa.Boolean))
    op.execute(sa.update(mail).where(mail.c.template.like("%\\_alert", escape="\\")).values(is_alert=True))
    stored = _stored()
    if any(name in stored for name in MOVED):
        given = {column: stored.get(name, default) for name, (column, default) in MOVED.items()}
        given |= {"name": given["address"][:100], "is_default": True}
        op.execute(sa.insert(account).values(given))
        _store({name: value for name, value in stored.items() if name not in MOVED})


def _create_accounts() -> sa.Table:
    """The table of accounts; what it fills in by itself is what the first account has that is taken over."""
    return op.create_table(
        ACCOUNT,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("sender_name", sa.String(200), nullable=False, default=""),
        sa.Column("host", sa.String(255), nullable=False, default=""),
        sa.Column("port", sa.Integer(), nullable=False, default=587),
        sa.Column("security", sa.String(10), nullable=False, default="starttls"),
        sa.Column("username", sa.String(320), nullable=False, default=""),
        sa.Column("password", sa.Text(), nullable=False, default=""),
        sa.Column("token_ref", sa.String(120), nullable=False, default=""),
        sa.Column("timeout", sa.Integer(), nullable=False, default=30),
        sa.Column("per_minute", sa.Integer(), nullable=False, default=0),
        sa.Column("connections", sa.Integer(), nullable=False, default=1),
        sa.Column("return_address", sa.String(320), nullable=False, default=""),
        *(
            sa.Column(name, sa.Boolean(), nullable=False, default=default)
            for name, default in (
                ("is_plus", False), ("is_null", False), ("is_relay", False), ("falls_back", True), ("is_offered", True),
                ("is_default", False), ("is_alert", False), ("is_active", True),
            )
        ),
        sa.Column("failures", sa.Integer(), nullable=False, default=0),
        sa.Column("failed_at", MOMENT),
        sa.Column("error", sa.Text(), nullable=False, default=""),
        sa.Column("away_until", MOMENT),
        sa.Column("worked_at", MOMENT),
        sa.Column("minute_at", MOMENT),
        sa.Column("minute_count", sa.Integer(), nullable=False, default=0),
        sqlite_autoincrement=True,
    )  # fmt: skip


def downgrade() -> None:
    """Put the default account back among the settings, and drop the tables. Further accounts are lost; their mails leave by that one."""
    kept = op.get_bind().execute(sa.select(*MADE.c).order_by(MADE.c.is_default.desc(), MADE.c.id).limit(1)).first()
    if kept is not None:
        _store({**_stored(), **{name: kept._mapping[column] for name, (column, _default) in MOVED.items()}})
    with op.batch_alter_table(PREFERENCE) as table:
        table.drop_column("shown_as")
    with op.batch_alter_table(MAIL) as table:
        table.drop_index(BY_ACCOUNT)
        table.create_index(BY_STATE, ["state", "due_at"])
        table.drop_constraint(FOREIGN, type_="foreignkey")
        for name in ("answer", "is_alert", "reason", "account_id", "user_id"):
            table.drop_column(name)
    for name in (BOUNCING, TOPIC, ACCOUNT):
        op.drop_table(name)
    department = sa.table("department", sa.column("mail_account_ref", sa.String))
    named = department.c.mail_account_ref.startswith("email_out:")  # ids begin anew with the next account
    op.execute(sa.update(department).where(named).values(mail_account_ref=""))


def _stored() -> dict[str, Any]:
    """The plugin's settings as they are stored."""
    found = op.get_bind().scalar(sa.select(SETTINGS.c["values"]).where(SETTINGS.c.scope == "email_out"))
    return dict(found or {})


def _store(values: Mapping[str, Any]) -> None:
    """Store the plugin's settings, in the version of before; a site that never saved any gets them."""
    changed = sa.update(SETTINGS).where(SETTINGS.c.scope == "email_out").values(values=values, version=2)
    if not op.get_bind().execute(changed).rowcount:
        table = sa.table("setting", *SETTINGS.c, sa.column("updated_at", MOMENT))
        op.execute(sa.insert(table).values(scope="email_out", version=2, values=values, updated_at=sa.func.now()))
