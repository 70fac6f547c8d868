"""Marks at the head of an entry that came by mail: whether its sender is proven, and whether they take part in the ticket at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import Collaborator, EntryMark, IntakeRecord, ThreadEntry, TicketView, reading
from hookdesk_email_in.settings import Settings


def of(ticket: TicketView, entries: Sequence[Any], settings: Settings) -> list[EntryMark]:
    """The marks of those of these entries that came by mail."""
    mails = [entry for entry in entries if entry.channel == "email" and entry.kind != "response"]
    return [*_strangers(ticket, mails), *(_unproven(mails) if settings.trusted_servers else ())]


def _unproven(mails: Sequence[Any]) -> Iterator[EntryMark]:
    """Those whose sender a trusted server could not confirm. Where none looks, nothing is said."""
    ids = [entry.id for entry in mails]
    asked = select(ThreadEntry.id, IntakeRecord.meta).join(IntakeRecord, IntakeRecord.id == ThreadEntry.intake_id)
    for row in reading().all(asked.where(ThreadEntry.id.in_(ids))) if ids else []:
        state, details = row.meta.get("sender_is"), str(row.meta.get("checked", ""))
        if state == "refuted":
            yield EntryMark(row.id, _("Forged sender?"), details, "danger")
        elif state == "open":
            yield EntryMark(row.id, _("Not verified"), details, "warning")


def _strangers(ticket: TicketView, mails: Sequence[Any]) -> Iterator[EntryMark]:
    """Messages of people who answered a mail of the ticket, but take no part in it: somebody passed it on to them."""
    others = [entry for entry in mails if entry.kind == "message" and entry.user_id not in (None, ticket.user_id)]
    if not others:
        return
    ids = {entry.user_id for entry in others}
    asked = select(Collaborator.user_id).where(Collaborator.ticket_id == ticket.id, Collaborator.user_id.in_(ids))
    known = set(reading().scalars(asked))
    why = _(
        "They answered a mail about this ticket that was passed on to them. Answers go to them only once they are added."
    )
    for entry in others:
        if entry.user_id not in known:
            yield EntryMark(entry.id, _("Takes no part in this ticket"), why, "warning", is_role=True)
