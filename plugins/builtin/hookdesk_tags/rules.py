"""Tags as conditions and filters know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import ActionField, Field, FieldType, FilterAction, Ticket, TicketDraft
from hookdesk_tags import catalogue
from hookdesk_tags.models import TicketTag

TABLE = TicketTag.__tablename__


def field() -> Field:
    """The condition field: a ticket can have several."""
    return Field(
        "tag", _("Tag"), FieldType.CHOICE, select(TicketTag.tag_id).where(TicketTag.ticket_id == Ticket.id), "tags",
        is_many=True, read=on_draft, choices=choices, owner=(Ticket.id, TicketTag.ticket_id),
    )  # fmt: skip


def on_draft(draft: TicketDraft) -> tuple[int, ...]:
    """The tags that a ticket will have once it is stored."""
    return tuple(row.values["tag_id"] for row in draft.rows if row.table == TABLE)


def choices() -> list[tuple[int, str]]:
    """Every tag."""
    return [(one.id, one.name) for one in catalogue.kept().values()]


def action() -> FilterAction:
    """What filters can do."""

    def apply(draft: TicketDraft, values: Mapping[str, Any]) -> TicketDraft:
        tag_id = int(values["tag"])
        return draft if tag_id in on_draft(draft) else draft.with_rows(TABLE, {"tag_id": tag_id})

    def check(values: Mapping[str, Any]) -> str:
        return "" if values.get("tag") in catalogue.kept() else str(_("the tag is gone"))

    return FilterAction("tag", _("Add a tag"), apply, (ActionField("tag", _("Tag"), "choice", choices),), check)
