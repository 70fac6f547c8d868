"""A filter's action: answer a new ticket with a canned response, in place of the confirmation.

It is a machine that answers, so the ticket stays unanswered, nothing answers another machine, and what is mailed is limited as
confirmations are (RFC 3834 §2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import (
    ActionField,
    CoreSettings,
    Event,
    FilterAction,
    ReplyDraft,
    ThreadEntry,
    TicketDraft,
    reading,
    site,
    system,
    threads,
)
from hookdesk_canned import filling, services
from hookdesk_canned.models import Automatic, Response
from hookdesk_email_out.occasions import came_from_machine, occasion

NAME = "canned"
"""The action's name; with a response's id it is the reference that `reference_uses` is asked for."""
TABLE = Automatic.__tablename__
MOST = 2000


def action() -> FilterAction:
    """What filters offer."""
    choice = ActionField("to", _("Canned response"), "choice", _choices)
    return FilterAction(NAME, _("Answer with a canned response"), apply, (choice,), check)


def _choices() -> list[tuple[int, str]]:
    """Responses in use."""
    asked = select(Response.id, Response.title).where(Response.is_active).order_by(Response.title).limit(MOST)
    return [(row.id, row.title) for row in reading().all(asked)]


def check(values: Mapping[str, Any]) -> str:
    """What is wrong with a rule's choice."""
    asked = select(Response.id).where(Response.id == values["to"], Response.is_active)
    return "" if reading().scalar(asked) is not None else str(_("the response is gone or switched off"))


def apply(draft: TicketDraft, values: Mapping[str, Any]) -> TicketDraft:
    """The response instead of the confirmation; of several the last one. A ticket that an agent opens is answered by that agent."""
    if draft.agent_id is not None:
        return draft
    chosen = [row.values["is_mailed"] for row in draft.rows if row.table == TABLE]
    others = tuple(row for row in draft.rows if row.table != TABLE)
    row = {"response_id": values["to"], "is_mailed": chosen[0] if chosen else draft.autoresponse}
    return draft.replace(autoresponse=False, rows=others).with_rows(TABLE, row)


def answer(event: Event) -> None:
    """Post what a filter chose for the ticket of `ticket_created`, once; nothing on old mail that is filed later."""
    if event.data.get("quiet"):
        return
    asked = (
        select(Response.id, Response.html, Automatic.is_mailed)
        .join(Automatic, Automatic.response_id == Response.id)
        .where(Automatic.ticket_id == event.data["ticket_id"], Response.is_active)
    )
    row = reading().first(asked)
    about = occasion(event) if row is not None else None
    if row is None or about is None or came_from_machine(about.entry) or _is_answered(about.ticket.id):
        return
    html, text = filling.for_ticket(row.html, about.ticket, None)
    name = about.public_department or site().settings.get("core", CoreSettings).site_name
    draft = ReplyDraft(
        about.ticket.id, "response", text, html, channel="", stored=services.stored_files(row.id), notify=row.is_mailed
    )
    threads.post(system(name), draft)
    services.count_use(row.id)


def _is_answered(ticket_id: int) -> bool:
    """True if anybody or anything has answered: the event may come twice, and an agent may have been quicker."""
    asked = select(ThreadEntry.id).where(ThreadEntry.ticket_id == ticket_id, ThreadEntry.kind == "response")
    return reading().scalar(asked.limit(1)) is not None
