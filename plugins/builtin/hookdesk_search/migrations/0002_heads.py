"""What names a ticket stands apart, so that it counts most where matches are ranked. The job fills the documents in again, newest first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hookdesk.api import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE, REBUILD = "p_search__document", "p_search__rebuild"
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TRIGGERS = ("insert", "delete", "update")


def upgrade() -> None:
    """Make the index anew over three columns, and note rebuilds."""
    op.execute(sa.delete(sa.table(TABLE)))
    op.create_table(
        REBUILD,
        sa.Column("id", ID, primary_key=True),
        sa.Column("cursor", ID, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=False),
    )
    head = sa.Column("head", sa.Text(), nullable=False, server_default="")
    if op.get_bind().dialect.name == "sqlite":
        _drop_fts5()
        op.add_column(TABLE, head)
        _create_fts5("head", "public", "notes")
    else:
        op.add_column(TABLE, head)
        _index("left(head || ' ' || public, 200000)")


def downgrade() -> None:
    """Make it anew over two."""
    op.execute(sa.delete(sa.table(TABLE)))
    op.drop_table(REBUILD)
    if op.get_bind().dialect.name == "sqlite":
        _drop_fts5()
        op.drop_column(TABLE, "head")
        _create_fts5("public", "notes")
    else:
        _index("left(public, 200000)")
        op.drop_column(TABLE, "head")


def _drop_fts5() -> None:
    """Drop SQLite's index."""
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {TABLE}_{name}")
    op.execute("DROP TABLE p_search__fts")


def _create_fts5(*columns: str) -> None:
    """An external-content table: the text is stored once; triggers keep the index in step, whoever writes."""
    listed, new, old = (", ".join(f"{prefix}{name}" for name in columns) for prefix in ("", "new.", "old."))
    fts = "p_search__fts"
    op.execute(
        f"CREATE VIRTUAL TABLE {fts} USING fts5({listed}, content='{TABLE}', content_rowid='ticket_id',"
        ' tokenize="unicode61 remove_diacritics 2")'
    )
    put = f"INSERT INTO {fts}(rowid, {listed}) VALUES (new.ticket_id, {new});"  # noqa: S608  # names of this page alone
    take = f"INSERT INTO {fts}({fts}, rowid, {listed}) VALUES ('delete', old.ticket_id, {old});"  # noqa: S608  # the same
    for name, statements in zip(TRIGGERS, (put, take, f"{take} {put}"), strict=True):
        op.execute(f"CREATE TRIGGER {TABLE}_{name} AFTER {name.upper()} ON {TABLE} BEGIN {statements} END")


def _index(public: str) -> None:
    """PostgreSQL's indexes over what everybody may find, and over that and the notes."""
    for name, source in (("public", public), ("all", f"{public} || ' ' || left(notes, 200000)")):
        op.execute(f"DROP INDEX IF EXISTS {TABLE}_{name}")
        op.execute(f"CREATE INDEX {TABLE}_{name} ON {TABLE} USING gin (to_tsvector('simple', {source}))")
