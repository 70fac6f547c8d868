"""To which ticket a message belongs, and whether it may go on it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from hookdesk.access import BINNED, Forbidden, NotFound, access_ticket
from hookdesk.db.context import reading
from hookdesk.hookspecs import IntakeHooks
from hookdesk.models import LARGEST_ID, Department, Status, Ticket
from hookdesk.plugins.caller import Refusal
from hookdesk.plugins.record import Step
from hookdesk.services import actors, threads
from hookdesk.services.decisions import core_step
from hookdesk.services.tickets import TicketProblem
from hookdesk.site import site
from hookdesk.types.actors import Actor
from hookdesk.types.drafts import ReplyDraft
from hookdesk.types.intake import InboundMessage, Match, Sender


def find(message: InboundMessage, sender: Sender) -> Match | None:
    """The ticket it belongs to, if that still exists."""
    if message.ticket_id is not None:
        match: Match | None = Match(message.ticket_id, "written on the ticket's own page")
    else:
        match = site().hooks.first(IntakeHooks.intake_match, message=message, sender=sender)
    if match is None or not 0 < match.ticket_id <= LARGEST_ID:  # a number out of a text may be any
        return None
    return _standing(match)


def _standing(match: Match) -> Match | None:
    """The match; of a merged ticket, the one where its conversation goes on; None if it is gone, or in the bin."""
    into = aliased(Ticket)
    found = reading().first(
        select(Ticket.state, into.id)
        .outerjoin(into, and_(into.id == Ticket.merged_into_id, into.state != BINNED))
        .where(Ticket.id == match.ticket_id)
    )
    if found is not None and found.id is not None:
        return replace(match, ticket_id=found.id, reason=f"{match.reason}; that ticket was merged into this one")
    return None if found is None or found.state == BINNED else match


def is_over(ticket_id: int) -> bool:
    """Whether a ticket is closed and no message of its requester opens it again."""
    asked = (
        select(Ticket.id)
        .join(Status, Status.id == Ticket.status_id)
        .join(Department, Department.id == Ticket.department_id)
        .where(Ticket.id == ticket_id, Ticket.state == "closed", or_(~Status.may_reopen, Department.is_archived))
    )
    return reading().scalar(asked) is not None


def as_reply(agent_id: int, ticket_id: int, entry: ReplyDraft) -> tuple[Actor | None, ReplyDraft, list[Step]]:
    """What an agent wrote by mail as a reply, with the agent; as it is, without one, if the ticket's department wants notes or the agent
    may not reply there."""
    asked = select(Ticket.user_id).join(Department, Department.id == Ticket.department_id)
    owner_id = reading().scalar(asked.where(Ticket.id == ticket_id, Department.replies_by_mail))
    actor = actors.agent_actor(agent_id) if owner_id is not None else None
    if actor is None or actor.user_id == owner_id:
        return None, entry, []
    try:
        access_ticket(actor, ticket_id, threads.PERMISSION["response"])
        return actor, *threads.transform(actor, entry.replace(ticket_id=ticket_id, kind="response"))
    except (NotFound, Forbidden, TicketProblem, Refusal) as problem:
        why = f"a note, for {actor.name} cannot reply to it: {problem or 'it is not among their tickets'}"
        return None, entry, [core_step("intake_match", why)]
