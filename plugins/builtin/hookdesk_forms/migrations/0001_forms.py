"""Forms, fields, lists and values."""

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
FORM, FIELD, LIST, ITEM = "p_forms__form", "p_forms__field", "p_forms__list", "p_forms__item"
TOPIC_FORM, SWITCHED_OFF, VALUE = "p_forms__topic_form", "p_forms__switched_off", "p_forms__value"


def _to(table: str, rule: str = "CASCADE") -> sa.ForeignKey:
    """A reference."""
    return sa.ForeignKey(f"{table}.id", ondelete=rule)


def _id() -> sa.Column[Any]:
    """The id of a row."""
    return sa.Column("id", ID, primary_key=True, autoincrement=True)


def upgrade() -> None:
    """Create the tables."""
    _forms()
    _lists()
    _fields()
    _topics()
    _values()


def _forms() -> None:
    """Forms."""
    op.create_table(
        FORM,
        _id(),
        sa.Column("about", sa.String(20), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("is_for_all", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
    )


def _lists() -> None:
    """Lists and their items."""
    op.create_table(
        LIST,
        _id(),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("sort", sa.String(10), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
    )
    op.create_table(
        ITEM,
        _id(),
        sa.Column("list_id", ID, _to(LIST), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("abbreviation", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.UniqueConstraint("list_id", "name"),
        sqlite_autoincrement=True,
    )


def _fields() -> None:
    """Fields."""
    op.create_table(
        FIELD,
        _id(),
        sa.Column("form_id", ID, _to(FORM), nullable=False, index=True),
        sa.Column("about", sa.String(20), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("list_id", ID, _to(LIST, "SET NULL"), index=True),
        sa.Column("requester", sa.String(10), nullable=False),
        sa.Column("agent", sa.String(10), nullable=False),
        sa.Column("is_needed_to_close", sa.Boolean(), nullable=False),
        sa.Column("shown_if", sa.JSON()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", MOMENT),
        sa.UniqueConstraint("about", "key"),
    )


def _topics() -> None:
    """What goes with a topic."""
    op.create_table(
        TOPIC_FORM,
        sa.Column("topic_ref", sa.String(120), primary_key=True),
        sa.Column("form_id", ID, _to(FORM), primary_key=True, index=True),
        sa.Column("position", sa.Integer(), nullable=False),
    )
    op.create_table(
        SWITCHED_OFF,
        sa.Column("topic_ref", sa.String(120), primary_key=True),
        sa.Column("field_id", ID, _to(FIELD), primary_key=True, index=True),
    )


def _values() -> None:
    """What was filled in."""
    op.create_table(
        VALUE,
        _id(),
        sa.Column("field_id", ID, _to(FIELD), nullable=False),
        sa.Column("ticket_id", ID, _to("ticket")),
        sa.Column("user_id", ID, _to("user")),
        sa.Column("organization_id", ID, _to("organization")),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(500)),
        sa.Column("body", sa.Text()),
        sa.Column("number", sa.Float(53)),
        sa.Column("moment", MOMENT),
        sa.Column("flag", sa.Boolean()),
        sa.Column("data", sa.JSON()),
        sa.UniqueConstraint("ticket_id", "field_id", "place"),
        sa.UniqueConstraint("user_id", "field_id", "place"),
        sa.UniqueConstraint("organization_id", "field_id", "place"),
    )
    for name in ("text", "number", "moment"):
        op.create_index(f"ix_{VALUE}_{name}", VALUE, ["field_id", name, "ticket_id"])


def downgrade() -> None:
    """Drop them."""
    for table in (VALUE, SWITCHED_OFF, TOPIC_FORM, FIELD, ITEM, LIST, FORM):
        op.drop_table(table)
