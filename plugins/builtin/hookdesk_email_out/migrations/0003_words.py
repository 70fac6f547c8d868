"""The words of mails, with their versions; what stood among the settings so far is taken over as the default set's first version."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SETS, WORDS = "p_email_out__template_set", "p_email_out__words"
SUBJECT = "[#{{ number }}] {{ subject }}"
ALERTS = (
    "new_ticket_alert", "message_alert", "activity_alert", "assigned_alert", "transferred_alert", "general_alert",
)  # fmt: skip
MOVED = {
    "words_autoresponse": (("autoresponse",), "10d183b7dacc67dc"),
    "words_opened": (("opened_for_you",), "2dc156fb367b0c54"),
    "words_received": (("received",), "a7c9fffefc70a1b6"),
    "words_reply": (("reply",), "abbfae85e68091a2"),
    "words_message": (("message",), "5ac455c4e9094830"),
    "words_alert": (ALERTS, "a16b2d6098d06631"),
}
"""Setting → the kinds of messages that it worded, and the hash of its default, which was stored with the others but written by nobody."""


def upgrade() -> None:
    """Create both tables, and take over what an admin has written."""
    op.create_table(
        SETS,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sqlite_autoincrement=True,
    )
    words = op.create_table(
        WORDS,
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("set_id", ID, sa.ForeignKey(f"{SETS}.id", ondelete="CASCADE")),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("locale", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("set_id", "kind", "locale", "number"),
    )
    op.create_index("ix_p_email_out__words_kind_is_current", WORDS, ["kind", "is_current"])
    settings = sa.table("setting", sa.column("scope", sa.String), sa.column("values", sa.JSON))
    stored = op.get_bind().scalar(sa.select(settings.c["values"]).where(settings.c.scope == "email_out")) or {}
    rows = [
        {
            "set_id": None, "kind": kind, "locale": "", "number": 1, "subject": SUBJECT, "text": stored[name], "html": "", "author": "",
            "created_at": datetime.now(UTC), "is_current": True,
        }
        for name, (kinds, default) in MOVED.items()
        if name in stored and hashlib.sha256(str(stored[name]).strip().encode()).hexdigest()[:16] != default
        for kind in kinds
    ]  # fmt: skip
    if rows:
        op.bulk_insert(words, rows)


def downgrade() -> None:
    """Drop both tables. The settings that were taken over are still there, until somebody saves others."""
    op.drop_table(WORDS)
    op.drop_table(SETS)
