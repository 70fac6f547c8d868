"""What was filled in, as words by which tickets are found."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import ANONYMOUS, system
from hookdesk_forms import values
from hookdesk_forms.kinds.pickers import told_to


def words(ticket_ids: Sequence[int]) -> list[tuple[int, str, bool]]:
    """(ticket, words of a field, whether requesters do not see it); what agents do not see either is left out."""
    agent = system("search")
    with told_to(agent):
        return [
            (ticket_id, answer.words, not answer.is_seen_by(ANONYMOUS))
            for ticket_id, stored in values.read_of_tickets(ticket_ids).items()
            for answer in values.answered(stored)
            if answer.is_seen_by(agent)
        ]
