"""What the portal says once a ticket is there, in the words of its topic."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import NotFound, SlotContent, access_number, system, text_to_html
from hookdesk_topics import tree


def for_ticket(number: str) -> Sequence[SlotContent]:
    """The words of the ticket's topic; none if there is no such ticket yet, or its topic has nothing to say."""
    try:
        ticket = access_number(system("topics"), number)
    except NotFound:
        return []
    node = tree.by_ref(ticket.topic_ref)
    text = node.decides["thanks"] if node else ""
    return [SlotContent("topics/thanks.html", {"text": text_to_html(text)})] if text else []
