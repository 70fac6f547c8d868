"""What a topic decides besides department and priority, and what it tells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "p_topics__topic"
PLACES = {"status_id": "status", "assignee_id": "agent", "team_id": "team"}
WORDS = ("sla_ref", "number_ref")
TEXTS = ("thanks", "notes")


def upgrade() -> None:
    """Add the columns."""
    with _anew() as table:
        for name, target in PLACES.items():
            table.add_column(sa.Column(name, ID))
            table.create_foreign_key(f"fk_{TABLE}_{name}_{target}", target, [name], ["id"], ondelete="SET NULL")
        for name in WORDS:
            table.add_column(sa.Column(name, sa.String(120), nullable=False, server_default=""))
        table.add_column(sa.Column("answers", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("is_default", sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in TEXTS:
            table.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in PLACES:
        op.create_index(f"ix_{TABLE}_{name}", TABLE, [name])


def downgrade() -> None:
    """Take them away."""
    for name in PLACES:
        op.drop_index(f"ix_{TABLE}_{name}", TABLE)
    with _anew() as table:
        for name, target in PLACES.items():
            table.drop_constraint(f"fk_{TABLE}_{name}_{target}", type_="foreignkey")
        for name in (*PLACES, *WORDS, "answers", "is_default", *TEXTS):
            table.drop_column(name)


@contextmanager
def _anew() -> Iterator[BatchOperations]:
    """Change the table; where SQLite makes it anew for that, it goes on to know which ids were given out."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    asked = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name").bindparams(name=TABLE)
    last = op.get_bind().scalar(asked) if is_sqlite else None
    with op.batch_alter_table(TABLE, table_kwargs={"sqlite_autoincrement": True}) as table:
        yield table
    if last is not None:
        op.get_bind().execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name").bindparams(name=TABLE))
        given = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)")
        op.get_bind().execute(given.bindparams(name=TABLE, seq=last))
