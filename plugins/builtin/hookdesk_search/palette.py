"""Tickets for the command palette, by the words in them."""

from __future__ import annotations

from flask_babel import gettext as _

from hookdesk.api import Actor, PaletteItem
from hookdesk_search import finding
from hookdesk_search.finding import Asked

MOST = 6
SHORTEST = 2


def items(actor: Actor, query: str) -> list[PaletteItem]:
    """The newest tickets that contain what was typed."""
    if query[0] in "#@" or len(query) < SHORTEST:
        return []
    return [
        PaletteItem(
            row.subject, finding.ticket_url(row.number), _("Tickets"), icon=f"s-{row.status_look}",
            hint=f"{row.number} · {row.requester}", order=10,
        )
        for row in finding.find(actor, Asked(query), MOST).rows
    ]  # fmt: skip
