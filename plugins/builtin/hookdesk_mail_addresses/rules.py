"""Our addresses as conditions know them: at which one a ticket came in."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import Field, FieldType, Ticket, TicketDraft
from hookdesk_mail_addresses import services
from hookdesk_mail_addresses.models import Arrival


def field() -> Field:
    """The condition field. One address at most; by the table beside it tickets are found by it."""
    column = select(Arrival.address_id).where(Arrival.ticket_id == Ticket.id)
    return Field(
        "our_address", _("Came in at"), FieldType.CHOICE, column, "", is_many=True, read=on_draft, choices=choices, is_early=False,
        group=_("Ticket"), owner=(Ticket.id, Arrival.ticket_id),
    )  # fmt: skip


def on_draft(draft: TicketDraft) -> tuple[int, ...]:
    """The address of a ticket that is about to be made."""
    return tuple(row.values["address_id"] for row in draft.rows if row.table == Arrival.__tablename__)


def choices() -> list[tuple[int, str]]:
    """Every address of ours."""
    return [(row.id, row.address) for row in services.kept().values()]
