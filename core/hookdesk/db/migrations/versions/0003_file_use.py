"""Who needs which stored bytes, besides attachments."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

RECORD = sa.table(
    "intake_record", sa.column("id"), sa.column("outcome"), sa.column("raw"), sa.column("raw_sha256"), sa.column("meta")
)
USE = sa.table("file_use", sa.column("owner"), sa.column("sha256"))


def upgrade() -> None:
    """Create the table, and note what is needed already."""
    op.create_table(
        "file_use",
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("owner", "sha256", name="pk_file_use"),
    )
    op.create_index("ix_file_use_sha256", "file_use", ["sha256"], unique=False)
    owner = sa.literal("core:intake:") + sa.cast(RECORD.c.id, sa.String)
    large = sa.select(owner, RECORD.c.raw_sha256).where(RECORD.c.raw_sha256 != "")
    op.execute(sa.insert(USE).from_select(["owner", "sha256"], large))
    _note_files()


def _note_files() -> None:
    """The files of messages that forms have read stand in the records' own JSON."""
    connection = op.get_bind()
    asked = sa.select(RECORD.c.id, RECORD.c.raw).where(
        RECORD.c.outcome.not_in(("ticket", "reply")), RECORD.c.raw.is_not(None)
    )
    for record_id, raw in connection.execute(asked).all():
        if bytes(raw[:1]) != b"{":
            continue
        try:
            named = {file["sha256"] for file in json.loads(bytes(raw).decode("utf-8", "surrogatepass"))["files"]}
        except (ValueError, KeyError, TypeError):  # it only began like one of ours
            continue
        for sha256 in named:
            connection.execute(sa.insert(USE).values(owner=f"core:intake:{record_id}", sha256=sha256))


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("file_use")
