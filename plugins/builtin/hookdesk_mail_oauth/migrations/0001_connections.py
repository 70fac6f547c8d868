"""Connections to mail providers."""

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
    """Create the table."""
    op.create_table(
        "p_mail_oauth__connection",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("user", sa.String(320), nullable=False),
        sa.Column("tenant", sa.String(100), nullable=False),
        sa.Column("client_id", sa.String(255), nullable=False),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("secret_ends_on", sa.Date()),
        sa.Column("authorize_url", sa.String(500), nullable=False),
        sa.Column("token_url", sa.String(500), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", MOMENT),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("access_ends_at", MOMENT),
        sa.Column("renew_at", MOMENT),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("refresh_ends_at", MOMENT),
        sa.Column("renewed_at", MOMENT),
        sa.Column("consented_at", MOMENT),
        sa.Column("consented_by", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("leased_until", MOMENT),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("p_mail_oauth__connection")
