"""A ticket's state in the words of whoever waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import TicketView


@dataclass(frozen=True, slots=True)
class Step:
    """One of the steps under the heading. `state` is the class that paints it: "done", "now" or ""."""

    label: str
    state: str = ""
    is_present: bool = False
    at: datetime | None = None
    who: str = ""


def status(ticket: Any) -> tuple[str, str]:
    """Glyph and words for a ticket or a row of a list: whose turn it is, not what the desk calls it."""
    if ticket.state == "closed":
        return ("solved", _("Solved")) if ticket.status_look == "solved" else ("closed", _("Closed"))
    if ticket.status_look == "pending":
        return "pending", _("Waiting for you")
    if ticket.is_answered:
        return "open", _("Answered")
    return "open", _("In progress") if ticket.assignee else _("Received")


def turn(ticket: TicketView) -> str:
    """Whose turn it is, in a sentence."""
    if ticket.state == "closed":
        return str(_("Nothing is open here. If you write again, we look at it again."))
    if ticket.status_look == "pending":
        return str(_("It is your turn: we wait for your answer."))
    if ticket.is_answered:
        return str(_("We have answered. Write below if something is missing."))
    return str(_("It is our turn. You get a mail as soon as we answer."))


def steps(ticket: TicketView) -> list[Step]:
    """Received, in progress, waiting for you, solved: how far it is."""
    is_closed, waits = ticket.state == "closed", ticket.status_look == "pending"
    works = bool(ticket.assignee or ticket.is_answered or waits or is_closed)
    return [
        Step(_("Received"), "done", not works, ticket.created_at),
        Step(
            _("In progress"), "done" if works else "", works and not waits and not is_closed, who=ticket.assignee or ""
        ),
        Step(_("Waiting for you"), "done" if is_closed else "now" if waits else "", waits and not is_closed),
        Step(_("Solved"), "done" if is_closed else "", is_closed, ticket.closed_at if is_closed else None),
    ]
