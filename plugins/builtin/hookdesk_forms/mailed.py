"""What was filled in about a ticket, for the words of mails: to agents what agents see, to others what the requester sees."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import ANONYMOUS, MessageValue, TicketView, system
from hookdesk_forms import catalogue, values
from hookdesk_forms.kinds.pickers import told_to


def mailed(ticket: TicketView | None, for_agent: bool) -> Sequence[MessageValue]:
    """Every field of tickets by its key, filled in or not; without a ticket their names alone."""
    specs = catalogue.fields_of("ticket")
    if ticket is None:
        return [MessageValue(spec.key, spec.label) for spec in specs.values()]
    reader = system("forms") if for_agent else ANONYMOUS
    with told_to(reader):
        told = {one.spec.key: one.words for one in values.answers("ticket", ticket.id) if one.is_seen_by(reader)}
    return [MessageValue(spec.key, spec.label, told.get(spec.key, "")) for spec in specs.values()]
