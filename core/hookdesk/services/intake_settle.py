"""Storing what was decided about a record: one transaction, the record's end included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from hookdesk import clock
from hookdesk.access import BINNED
from hookdesk.db import gathered
from hookdesk.faults import crash_point
from hookdesk.models import Agent, IntakeRecord, Ticket, User
from hookdesk.outbox import emit
from hookdesk.services import decisions, events, log, participants, people, threads, tickets
from hookdesk.services.intake_decide import Plan, finish, seen_before, used_ids
from hookdesk.services.transaction import Steps, side_by_side
from hookdesk.types.actors import Actor, ActorKind, system
from hookdesk.types.drafts import PluginRow, ReplyDraft
from hookdesk.types.intake import InboundMessage, MessageKind, Outcome


@dataclass(frozen=True, slots=True)
class Settled:
    """How a record ended. `doubled_id` is the ticket on which the same message is already; `number` is that of a new one."""

    outcome: Outcome
    reason: str = ""
    ticket_id: int | None = None
    entry_id: int | None = None
    problems: tuple[str, ...] = ()
    doubled_id: int | None = None
    number: str = ""


def settle(session: Session, plans: Mapping[int, Plan], may_fail: bool) -> list[Settled]:
    """Store plans and end their records, by id, unless somebody else has ended them meanwhile: all of it, or nothing."""
    wanted = select(IntakeRecord).where(IntakeRecord.id.in_(plans)).order_by(IntakeRecord.id)
    found = session.scalars(wanted.options(defer(IntakeRecord.raw)).with_for_update())
    records = {record.id: record for record in found}
    senders = [plan.sender.user_id for plan in plans.values() if plan.sender is not None and plan.outcome is None]
    known = session.scalars(select(User).where(User.id.in_(senders))).all() if any(senders) else []
    used = used_ids(plan.message for plan in plans.values() if plan.message is not None and plan.outcome is None)
    rows: list[PluginRow] = []
    with gathered.gathering(session):
        ends = side_by_side(
            session, [_settling(session, records[key], plan, used, rows) for key, plan in plans.items()]
        )
        del known  # the session finds them as long as somebody holds them
    threads.store_rows(session, rows, may_fail=may_fail)
    return ends


def _settling(
    session: Session, record: IntakeRecord, plan: Plan, used: set[str], rows: list[PluginRow]
) -> Steps[Settled]:
    """Store one plan. What plugins want stored with it is added to `rows`."""
    if record.outcome != Outcome.PENDING:
        return Settled(Outcome(record.outcome), record.reason, record.ticket_id, record.entry_id)
    if plan.outcome is None and plan.message is not None and plan.sender is not None:
        doubled = seen_before(plan.message, plan.sender, used)
        if doubled is not None:  # another copy of it was quicker
            finish(plan, *doubled)
    if plan.outcome is not None:
        _tell_bounces(session, record, plan.message)
        decisions.record(session, plan.steps, intake_id=record.id)
        if plan.draft is not None:
            rows += [row.filled(None, record.id) for row in plan.draft.rows if not row.ticket_column]
        _name(record, plan)
        end(session, record, plan.outcome, plan.reason)
        return Settled(plan.outcome, plan.reason, problems=tuple(plan.problems), doubled_id=plan.doubled_id)
    number = ""
    if plan.match is not None:
        outcome, reason = Outcome.REPLY, plan.match.reason
        record.ticket_id, record.entry_id = _store_entry(session, record, plan)
    else:
        outcome, reason = Outcome.TICKET, "a new ticket"
        record.ticket_id, record.entry_id, number = yield from _storing_ticket(session, record, plan)
    _tell_bounces(session, record, plan.message)
    _name(record, plan)
    end(session, record, outcome, reason)
    if plan.draft is not None:
        rows += [row.filled(record.ticket_id, record.id) for row in plan.draft.rows]
    crash_point("intake-before-commit")
    return Settled(outcome, reason, record.ticket_id, record.entry_id, number=number)


def _tell_bounces(session: Session, record: IntakeRecord, message: InboundMessage | None) -> None:
    """Tell those who sent the mail what a report says of its recipients, whether the report is on a ticket now or on none."""
    if message is None:
        return
    for one in message.bounced:
        data = {
            "intake_id": record.id, "ticket_id": record.ticket_id, "entry_id": record.entry_id, "address": one.address,
            "status": one.status, "words": one.words, "message_id": one.message_id, "final": one.is_final,
            "mailbox": message.mailbox,
        }  # fmt: skip
        emit(session, "delivery_failed", data)


def _name(record: IntakeRecord, plan: Plan) -> None:
    """Say in the ledger from whom it came and what about; last of all, so that it is no write of its own."""
    if plan.message is not None:
        record.sender, record.subject = plan.message.sender_address[:320], plan.message.subject[:200]


def end(session: Session, record: IntakeRecord, outcome: Outcome, reason: str) -> None:
    """Set the one end of a record and tell those who listen."""
    record.outcome, record.reason, record.settled_at = outcome, reason[:2000], clock.now()
    data = {
        "intake_id": record.id, "channel": record.channel, "outcome": str(outcome), "reason": record.reason,
        "ticket_id": record.ticket_id, "entry_id": record.entry_id, "sender": record.sender,
    }  # fmt: skip
    emit(session, "intake_settled", data)


def _author(session: Session, plan: Plan) -> Actor:
    """Who wrote a message, as the actor of its entry: the agent whose mail is a reply, else the requester; a new address becomes a user,
    but not that of a program."""
    assert plan.sender is not None
    assert plan.message is not None
    if plan.replier is not None:
        return plan.replier
    user = session.get(User, plan.sender.user_id) if plan.sender.user_id is not None else None
    if user is None and plan.message.kind is not MessageKind.MESSAGE:
        return system(people.clean_name(plan.sender.name or plan.sender.address) or "Hookdesk")
    user = user or people.ensure_user(session, plan.sender.address, plan.sender.name)
    return Actor(kind=ActorKind.REQUESTER, name=user.name, user_id=user.id, organization_id=user.organization_id)


def _store_entry(session: Session, record: IntakeRecord, plan: Plan) -> tuple[int, int]:
    """An entry on the ticket that matched: a message of a participant, a reply of an agent, or a note if an agent or a machine wrote it."""
    assert plan.match is not None
    assert plan.message is not None
    assert plan.entry is not None
    ticket = _going_on(session, plan.match.ticket_id)
    author = _author(session, plan)
    automatic = plan.message.kind is not MessageKind.MESSAGE
    notify = not automatic and not record.meta.get("quiet")
    by_agent = plan.agent_id is not None and author.user_id != ticket.user_id
    kind = "response" if plan.replier else "note" if automatic or by_agent else "message"
    draft = plan.entry.replace(ticket_id=ticket.id, kind=kind)
    entry, reopened = threads.add(session, ticket, author, draft, plan.files, plan.steps)
    entry.intake_id = record.id
    if by_agent:
        entry.agent_id = plan.agent_id
    message = plan.message if plan.match.lets_follow else plan.message.replace(followers=())
    _add_besides(session, ticket, author, message, record.id)
    data = {
        "ticket_id": ticket.id, "number": ticket.number, "entry_id": entry.id, "kind": kind, "agent_id": entry.agent_id,
        "user_id": author.user_id, "channel": entry.channel, "reopened": reopened, "notify": notify, "got": _got(plan.message),
    }  # fmt: skip
    emit(session, "entry_added", data)
    return ticket.id, entry.id


def _got(message: InboundMessage) -> list[str]:
    """The addresses that a mail names: whoever has one of them has the mail itself."""
    return [address.lower() for address in (*message.to, *message.cc)][: participants.MOST]


def _add_besides(session: Session, ticket: Ticket, author: Actor, message: InboundMessage, intake_id: int) -> None:
    """Those who are to follow the ticket, and what its agents should know of the message."""
    for address in message.followers[: participants.MOST]:
        try:
            user = people.ensure_user(session, address)
            if not user.is_banned:
                participants.follow(session, ticket, author, user)
        except (people.PersonProblem, tickets.TicketProblem) as problem:
            log.logger.warning("%s does not follow ticket %s: %s", address, ticket.number, problem)
    for remark in message.remarks:
        draft = ReplyDraft(ticket.id, "note", remark, channel=message.channel)
        threads.insert_entry(session, ticket, system(), draft, (), intake_id)


def _going_on(session: Session, ticket_id: int) -> Ticket:
    """The ticket, locked; where its conversation goes on, if it was merged since the plan was made."""
    ticket = tickets.locked(session, ticket_id)
    parent = select(Ticket).where(Ticket.id == ticket.merged_into_id, Ticket.state != BINNED).with_for_update()
    return session.scalar(parent) or ticket if ticket.merged_into_id is not None else ticket


def _storing_ticket(session: Session, record: IntakeRecord, plan: Plan) -> Steps[tuple[int, int, str]]:
    """The ticket, its first entry, decisions and the event; the ids of both and the number."""
    assert plan.draft is not None
    assert plan.message is not None
    assert plan.entry is not None
    author = _author(session, plan)
    with session.no_autoflush:  # tickets of several plans are written at once
        ticket = tickets.insert(session, plan.draft, author.user_id or 0)
    entry = yield from threads.entering(session, ticket, author, plan.entry, plan.files, record.id)
    if plan.draft.collaborators:
        _add_followers(session, ticket, author, plan.draft.collaborators)
    _add_besides(session, ticket, author, plan.message, record.id)
    decisions.record(session, plan.steps, ticket_id=ticket.id, intake_id=record.id)
    opener = _opener(session, plan, ticket, author)
    quiet = bool(record.meta.get("quiet"))
    data = {
        "ticket_id": ticket.id, "number": ticket.number, "entry_id": entry.id, "user_id": author.user_id, "channel": ticket.channel,
        "alert": plan.draft.alert and not quiet, "autoresponse": plan.draft.autoresponse and not quiet, "copies": plan.draft.copies,
        "kind": str(plan.message.kind), "agent_id": opener, "quiet": quiet, "got": _got(plan.message),
    }  # fmt: skip
    emit(session, "ticket_created", data)
    return ticket.id, entry.id, ticket.number


def _add_followers(session: Session, ticket: Ticket, author: Actor, user_ids: Sequence[int]) -> None:
    """Let the users whom plugins named follow a new ticket."""
    wanted = select(User).where(User.id.in_(user_ids[: participants.MOST]), ~User.is_banned)
    for user in session.scalars(wanted):
        participants.follow(session, ticket, author, user)


def _opener(session: Session, plan: Plan, ticket: Ticket, author: Actor) -> int | None:
    """The agent who opened the ticket for somebody else, told in its log; None if the requester did."""
    agent = session.scalar(select(Agent).where(Agent.id == plan.agent_id)) if plan.agent_id else None
    if agent is None or agent.user_id == author.user_id:
        events.log(session, ticket, author, "created", channel=ticket.channel)
        return None
    by = Actor(kind=ActorKind.AGENT, name=agent.name, user_id=agent.user_id, agent_id=agent.id)
    events.log(session, ticket, by, "created", channel=ticket.channel, requester=author.name)
    return agent.id
