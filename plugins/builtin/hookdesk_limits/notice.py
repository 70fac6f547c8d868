"""The word to a requester who has as many open tickets as they may have."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hookdesk.api import Event, TemplateKind, emit, transact
from hookdesk_limits import services

N_ = str  # marks words for translation that are translated where they are used

KIND = TemplateKind(
    "over_limit",
    _l("As many open tickets as one may have"),
    "[#{{ number }}] {{ subject }}",
    N_("""Hello {{ requester }},

with ticket {{ number }} you have as many open tickets as one person may have here. Until one of them is solved no further one is opened;
please write on those that you have.
{% if url %}
See the ticket: {{ url }}
{% endif %}"""),
)


def tell(event: Event, most: int) -> None:
    """Let a requester know if a new ticket was the last that they may have; once, however often the event is delivered."""
    if not most or services.open_tickets(event.data["user_id"], most + 1) != most:
        return
    data = {"ticket_id": event.ticket_id, "template": KIND.name}
    transact(lambda session: emit(session, "notice_raised", data, key=f"limits:{event.key}"[:64]))
