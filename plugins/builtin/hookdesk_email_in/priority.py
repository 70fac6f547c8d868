"""The priority that a mail claims for itself, in the three headers that programs write."""

from __future__ import annotations

from sqlalchemy import select

from hookdesk.api import InboundMessage, Priority, TicketDraft, reading

_HEADERS = ("X-Priority", "Priority", "Importance", "X-MSMail-Priority")
_LOOKS = {
    "1": "high",
    "2": "high",
    "h": "high",
    "u": "high",
    "4": "low",
    "5": "low",
    "l": "low",
    "n": "normal",
    "3": "normal",
}
"""The first letter of the value → the look of the priority: "1 (Highest)", "High", "urgent", "non-urgent", "5"."""


def claimed(message: InboundMessage) -> str:
    """The look of the priority that the first such header claims, "" if none does."""
    for header in _HEADERS:
        value = message.header(header).strip().lower()
        if value.startswith("non-urgent"):
            return "low"
        if look := _LOOKS.get(value[:1]):
            return look
    return ""


def heeded(draft: TicketDraft) -> TicketDraft | None:
    """The draft with that priority, unless somebody has decided already."""
    look = claimed(draft.message) if draft.priority_id is None else ""
    if not look or look == "normal":
        return None
    found = reading().scalar(select(Priority.id).where(Priority.look == look).order_by(Priority.rank).limit(1))
    return draft.replace(priority_id=found) if found is not None else None
