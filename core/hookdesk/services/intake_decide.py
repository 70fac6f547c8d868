"""What becomes of a record: parse, transform, identify, screen, match, filter.

Reads and asks hooks; writes nothing but attachments' bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from sqlalchemy import select

from hookdesk.db.context import reading
from hookdesk.hookspecs import FilteringHooks, IntakeHooks
from hookdesk.models import LARGEST_ID, Agent, IntakeRecord, ThreadEntry, Ticket
from hookdesk.plugins.caller import Refusal, Unreadable
from hookdesk.plugins.record import Step, tracing
from hookdesk.services import attachments, intake_format, people
from hookdesk.services.attachments import StoredFile
from hookdesk.services.decisions import core_step
from hookdesk.services.html import html_to_text
from hookdesk.services.threads import stored_message_id
from hookdesk.site import site
from hookdesk.text import storable
from hookdesk.types.drafts import TicketDraft
from hookdesk.types.intake import InboundMessage, Match, MessageKind, Outcome, RawIntake, Sender, Verdict


@dataclass(slots=True)
class Plan:
    """What is to be stored: an end without a ticket (`outcome` and `reason`), an entry on `match`, or a new ticket from `draft`."""

    steps: list[Step]
    outcome: Outcome | None = None
    reason: str = ""
    message: InboundMessage | None = None
    sender: Sender | None = None
    agent_id: int | None = None
    match: Match | None = None
    draft: TicketDraft | None = None
    files: tuple[StoredFile, ...] = ()
    problems: list[str] = field(default_factory=list)


def decide(record: IntakeRecord) -> Plan:
    """Ask everybody, and write down what they said.

    Raises:
        NoStorage, OSError: files cannot be stored at the moment; the record stays pending.
    """
    with tracing() as steps:
        plan = Plan(steps)
        try:
            plan.message = _read(record)
        except Unreadable as error:
            return _end(plan, Outcome.QUARANTINED, str(error))
        if plan.message is None:
            return _end(plan, Outcome.QUARANTINED, f"no plugin that is switched on reads the channel {record.channel}")
        plan.message = _storable(site().hooks.chain(IntakeHooks.intake_transform, message=_storable(plan.message)))
        return _judge(plan, record)


def _read(record: IntakeRecord) -> InboundMessage | None:
    """The message of a record."""
    raw = intake_format.raw_bytes(record)
    if record.meta.get("format") == intake_format.FORMAT:
        return intake_format.load(raw)
    given = RawIntake(record.id, record.channel, raw, record.meta, record.received_at)
    return site().hooks.first(IntakeHooks.intake_parse, record=given)


def _judge(plan: Plan, record: IntakeRecord) -> Plan:
    """Identify, screen, match; then an entry or a ticket."""
    message = plan.message
    assert message is not None
    plan.sender = _identify(message)
    doubled = _seen_before(message, plan.sender)
    if doubled is not None:
        return _end(plan, *doubled)
    verdict = site().hooks.strongest(IntakeHooks.intake_screen, message=message) or Verdict.accept()
    if verdict.strength:
        return _end(plan, Outcome.REJECTED if verdict.outcome == "reject" else Outcome.QUARANTINED, verdict.reason)
    plan.agent_id = _agent_id(record, plan.sender)
    plan.match = _match(message, plan.sender)
    if plan.match is None:
        return _new_ticket(plan, message, plan.sender)
    plan.steps.append(core_step("intake_match", plan.match.reason))
    plan.files = tuple(attachments.store(file) for file in message.files)
    return plan


def _storable(message: InboundMessage) -> InboundMessage:
    """The message as it can be stored and shown. The raw record keeps what came; files keep their bytes."""
    texts = [item.name for item in fields(InboundMessage) if item.name not in ("kind", "files", "sent_at", "ticket_id")]
    return message.replace(**{name: storable(getattr(message, name)) for name in texts})


def _identify(message: InboundMessage) -> Sender:
    """Who sent it; a known address brings its user along."""
    sender = site().hooks.first(IntakeHooks.intake_identify, message=message) or Sender(
        message.sender_address, message.sender_name
    )
    if sender.user_id is None:
        person = people.find_user(sender.address)
        if person is not None:
            return Sender(person.address, person.name, person.user_id)
    return sender


def _agent_id(record: IntakeRecord, sender: Sender) -> int | None:
    """The agent who wrote it: the channel's own actor, else the agent behind the sender's user."""
    actor = record.meta.get("actor") or {}
    if actor.get("agent_id"):
        return int(actor["agent_id"])
    if sender.user_id is None:
        return None
    found = reading().scalar(select(Agent.id).where(Agent.user_id == sender.user_id, Agent.is_active))
    return int(found) if found else None


def _seen_before(message: InboundMessage, sender: Sender) -> tuple[Outcome, str] | None:
    """The same Message-ID never makes a second entry. Other words, or another sender, under a used id may hide a mail: it is kept aside."""
    stored = stored_message_id(message.message_id)
    if stored is None:
        return None
    row = reading().first(
        select(ThreadEntry.user_id, ThreadEntry.text, Ticket.number)
        .join(Ticket, Ticket.id == ThreadEntry.ticket_id)
        .where(ThreadEntry.message_id == stored)
    )
    if row is None:
        return None
    same_words = " ".join(row.text.split())[:500] == " ".join(body(message).split())[:500]
    if same_words and row.user_id == sender.user_id:
        return Outcome.REJECTED, f"the same Message-ID is on ticket {row.number} already"
    return Outcome.QUARANTINED, f"another message with this Message-ID is on ticket {row.number}"


def _match(message: InboundMessage, sender: Sender) -> Match | None:
    """The ticket it belongs to, if that still exists."""
    if message.ticket_id is not None:
        match: Match | None = Match(message.ticket_id, "written on the ticket's own page")
    else:
        match = site().hooks.first(IntakeHooks.intake_match, message=message, sender=sender)
    if match is None or not 0 < match.ticket_id <= LARGEST_ID:  # a number out of a text may be any
        return None
    if reading().scalar(select(Ticket.id).where(Ticket.id == match.ticket_id)) is None:
        return None
    return match


def body(message: InboundMessage) -> str:
    """The words to show: the sender's own, else the whole text, else what the HTML says."""
    return message.reply or message.text or (html_to_text(message.html) if message.html else "")


def _new_ticket(plan: Plan, message: InboundMessage, sender: Sender) -> Plan:
    """A draft that has walked through the `ticket_filter` chain, or why there is none."""
    if message.kind is not MessageKind.MESSAGE:
        outcome = Outcome.QUARANTINED if message.kind is MessageKind.COMPLAINT else Outcome.REJECTED
        return _end(plan, outcome, f"an automatic message ({message.kind}) that belongs to no ticket")
    if not people.normal_address(sender.address):
        return _end(plan, Outcome.QUARANTINED, "the sender has no usable e-mail address")
    person = people.find_user(sender.address)
    if person is not None and person.is_banned:
        return _end(plan, Outcome.REJECTED, f"{person.address} is banned")
    draft = TicketDraft(
        message=message,
        subject=message.subject,
        user_id=person.user_id if person else None,
        organization_id=person.organization_id if person else None,
        channel=message.channel,
        topic=message.topic,
        fields=message.fields,
    )
    try:
        draft = site().hooks.chain(FilteringHooks.ticket_filter, draft=draft)
    except Refusal as refusal:
        return _end(plan, Outcome.REJECTED, str(refusal))
    plan.problems = site().hooks.collect(FilteringHooks.ticket_problems, draft=draft)
    if plan.problems:
        return _end(plan, Outcome.REJECTED, "; ".join(plan.problems))
    plan.draft = draft
    plan.files = tuple(attachments.store(file) for file in message.files)
    return plan


def _end(plan: Plan, outcome: Outcome, reason: str) -> Plan:
    """The plan without a ticket."""
    plan.outcome, plan.reason = outcome, reason
    plan.steps.append(core_step("intake_settled", reason, outcome=str(outcome)))
    return plan
