"""What becomes of a record: parse, transform, identify, screen, match, filter.

Reads and asks hooks; writes nothing but attachments' bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace

from sqlalchemy import select

from hookdesk.db.context import reading, release
from hookdesk.hookspecs import FilteringHooks, IntakeHooks
from hookdesk.models import Agent, IntakeRecord, ThreadEntry, Ticket
from hookdesk.plugins.caller import Refusal, Unreadable
from hookdesk.plugins.record import Step, tracing
from hookdesk.services import attachments, intake_format, intake_match, people
from hookdesk.services.decisions import core_step
from hookdesk.services.html import html_to_text, sanitize_html
from hookdesk.services.people import Person
from hookdesk.services.threads import MOST_TEXT, stored_message_id
from hookdesk.site import site
from hookdesk.text import storable
from hookdesk.types.actors import Actor
from hookdesk.types.backends import StoredFile
from hookdesk.types.drafts import ReplyDraft, TicketDraft
from hookdesk.types.intake import Bounced, InboundMessage, Match, MessageKind, Outcome, RawIntake, Sender, Verdict

NO_TEXT = "(no text)"
_NO_TEXTS = frozenset({"kind", "files", "sent_at", "ticket_id", "bounced"})
CUT = "\n[…] The rest is left out here; the whole message is kept with its intake record."


class NotNow(RuntimeError):
    """A record cannot be decided on for a reason of the moment; it stays pending."""


@dataclass(slots=True)
class Plan:
    """What is to be stored: an end without a ticket (`outcome` and `reason`), an entry on `match`, or a new ticket from `draft`.

    `doubled_id` is the ticket on which the same message is already, `replier` the agent whose mail is a reply to the requester. Of a
    rehearsal not even the files are kept. `error` is why the message could not be read for the moment.
    """

    steps: list[Step]
    is_rehearsal: bool = False
    outcome: Outcome | None = None
    reason: str = ""
    message: InboundMessage | None = None
    sender: Sender | None = None
    agent_id: int | None = None
    match: Match | None = None
    draft: TicketDraft | None = None
    entry: ReplyDraft | None = None
    files: tuple[StoredFile, ...] = ()
    doubled_id: int | None = None
    replier: Actor | None = None
    problems: list[str] = field(default_factory=list)
    error: Exception | None = None


Persons = Mapping[str, Person]
Begun = tuple[IntakeRecord, Plan]
"""A record, and the plan that `begin` made for it."""


def begin(record: IntakeRecord, is_rehearsal: bool = False) -> Plan:
    """Read a record's message, which asks for nothing that other records may change.

    Raises:
        NotNow, NoStorage, OSError: its reader is away, or its bytes cannot be had at the moment; the record stays pending.
    """
    release()
    plan = Plan([], is_rehearsal)
    with _noting(plan):
        message = _read(record)
        if message is None:
            return finish(plan, Outcome.QUARANTINED, _why_unread(record, plan.steps))
        plan.message = _storable(site().hooks.chain(IntakeHooks.intake_transform, message=_storable(message)))
    return plan


def decide(begun: Sequence[Begun]) -> list[Plan]:
    """Ask everybody, and write down what they said. None of several messages may hang on another one of them.

    Raises:
        NoStorage, OSError: files cannot be stored at the moment; the records stay pending.
    """
    release()  # all look at what is there now
    plans = [replace(plan, steps=[*plan.steps]) for _record, plan in begun]
    messages = [plan.message for plan in plans if plan.message is not None]
    persons, used = people.find_users(message.sender_address for message in messages), used_ids(messages)
    for (record, _plan), plan in zip(begun, plans, strict=True):
        if plan.error is not None:
            raise plan.error
        if plan.outcome is None and plan.message is not None:
            with _noting(plan):
                _judge(plan, plan.message, record, persons, used)
    return plans


@contextmanager
def _noting(plan: Plan) -> Iterator[None]:
    """Note the steps of a plan; what is raised about its message ends it."""
    with tracing(plan.steps):
        try:
            yield
        except Unreadable as error:
            finish(plan, Outcome.QUARANTINED, str(error))
        except Refusal as refusal:
            finish(plan, Outcome.REJECTED, str(refusal))


def _why_unread(record: IntakeRecord, steps: Sequence[Step]) -> str:
    """Why nobody read a record.

    Raises:
        NotNow: whoever reads that channel may be back soon.
    """
    away = [step.plugin for step in steps if step.outcome == "skipped"] or sorted(site().plugins.unloaded)
    if away:
        raise NotNow(f"nobody reads the channel {record.channel} while {', '.join(away)} is away")
    failed = [f"{step.plugin} could not read it: {step.reason}" for step in steps if step.outcome == "failed"]
    return "; ".join(failed) or f"no plugin that is switched on reads the channel {record.channel}"


def _read(record: IntakeRecord) -> InboundMessage | None:
    """The message of a record."""
    raw = intake_format.raw_bytes(record)
    if record.meta.get("format") == intake_format.FORMAT:
        return intake_format.load(raw)
    given = RawIntake(record.id, record.channel, raw, record.meta, record.received_at)
    return site().hooks.first(IntakeHooks.intake_parse, record=given)


def _judge(plan: Plan, message: InboundMessage, record: IntakeRecord, persons: Persons, used: set[str]) -> Plan:
    """Identify, screen, match; then an entry or a ticket."""
    plan.sender, person = _identify(message, persons)
    if person is not None and person.is_banned:
        return finish(plan, Outcome.REJECTED, f"{person.address} is banned")
    doubled = seen_before(message, plan.sender, used)
    if doubled is not None:
        return finish(plan, *doubled)
    verdict = site().hooks.strongest(IntakeHooks.intake_screen, message=message) or Verdict.accept()
    if verdict.strength:
        return _turned_away(plan, verdict)
    plan.agent_id = _agent_id(record, plan.sender, person)
    plan.entry = _entry(message)
    match = intake_match.find(message, plan.sender)
    if match is None:
        return _new_ticket(plan, message, plan.sender, person)
    if match.verdict is not None and match.verdict.strength:
        return _turned_away(plan, match.verdict)
    if message.ticket_id is not None:  # else the plugin that found it has said so
        plan.steps.append(core_step("intake_match", match.reason))
    elif message.kind is MessageKind.MESSAGE and plan.agent_id is None and intake_match.is_over(match.ticket_id):
        plan.steps.append(core_step("intake_match", f"{match.reason}; it is closed for good: a new ticket goes on"))
        return _new_ticket(plan, message, plan.sender, person, follows=match.ticket_id)
    plan.match = match
    if match.is_proven and plan.agent_id is not None and message.kind is MessageKind.MESSAGE:
        plan.replier, plan.entry, steps = intake_match.as_reply(plan.agent_id, match.ticket_id, plan.entry)
        plan.steps.extend(steps)
    plan.files = _kept(plan, message)
    return plan


def _storable(message: InboundMessage) -> InboundMessage:
    """The message as it can be stored and shown. The raw record keeps what came; files keep their bytes."""
    texts = [item.name for item in fields(InboundMessage) if item.name not in _NO_TEXTS]
    bounced = tuple(Bounced(**storable(asdict(item))) for item in message.bounced)
    return message.replace(bounced=bounced, **{name: storable(getattr(message, name)) for name in texts})


def _identify(message: InboundMessage, persons: Persons) -> tuple[Sender, Person | None]:
    """Who sent it, and the user behind that address if it is known."""
    given = Sender(message.sender_address, message.sender_name)
    sender = site().hooks.first(IntakeHooks.intake_identify, message=message) or given
    is_given = sender.address == given.address
    person = persons.get(people.normal_address(given.address)) if is_given else people.find_user(sender.address)
    if sender.user_id is None and person is not None:
        sender = Sender(person.address, person.name, person.user_id)
    return sender, person


def _agent_id(record: IntakeRecord, sender: Sender, person: Person | None) -> int | None:
    """The agent who wrote it: the channel's own actor, else the agent behind the sender's user."""
    actor = record.meta.get("actor") or {}
    if actor.get("agent_id"):
        return int(actor["agent_id"])
    if sender.user_id is None:
        return None
    if person is not None and person.user_id == sender.user_id:
        return person.agent_id
    found = reading().scalar(select(Agent.id).where(Agent.user_id == sender.user_id, Agent.is_active))
    return int(found) if found else None


def used_ids(messages: Iterable[InboundMessage]) -> set[str]:
    """Those of their Message-IDs that are on tickets already."""
    ids = [*filter(None, (stored_message_id(message.message_id) for message in messages))]
    asked = select(ThreadEntry.message_id).where(ThreadEntry.message_id.in_(ids))
    return set(reading().scalars(asked)) if ids else set()


def seen_before(message: InboundMessage, sender: Sender, used: set[str]) -> tuple[Outcome, str, int | None] | None:
    """The same Message-ID never makes a second entry. Other words, or another sender, under a used id may hide a mail: it is kept aside."""
    stored = stored_message_id(message.message_id)
    if stored not in used:
        return None
    row = reading().first(
        select(ThreadEntry.user_id, ThreadEntry.text, Ticket.id, Ticket.number)
        .join(Ticket, Ticket.id == ThreadEntry.ticket_id)
        .where(ThreadEntry.message_id == stored)
    )
    if row is None:
        return None
    same_words = " ".join(row.text.split())[:500] == " ".join(body(message).split())[:500]
    person = people.find_user(sender.address)
    if same_words and row.user_id == (sender.user_id or (person and person.user_id)):
        return Outcome.REJECTED, f"the same Message-ID is on ticket {row.number} already", row.id
    return Outcome.QUARANTINED, f"another message with this Message-ID is on ticket {row.number}", None


def body(message: InboundMessage) -> str:
    """The words to show: the sender's own, else the whole text, else what the HTML says, else that there are none."""
    words = message.reply or message.text or (html_to_text(message.html) if message.html else "")
    return words if words.strip() else NO_TEXT


def _entry(message: InboundMessage) -> ReplyDraft:
    """What a message becomes in a thread. HTML is kept only where nothing was folded away; what was, stands in `quoted`."""
    words = body(message)
    folded = message.text if message.reply and message.reply.strip() != message.text.strip() else ""
    html = "" if folded else sanitize_html(message.html)
    if max(len(words), len(html)) > MOST_TEXT:
        words, html = words[: MOST_TEXT - len(CUT)] + CUT, ""
    return ReplyDraft(0, "message", words, html, folded[:MOST_TEXT], message.channel, message_id=message.message_id)


def _new_ticket(
    plan: Plan, message: InboundMessage, sender: Sender, person: Person | None, follows: int | None = None
) -> Plan:
    """A draft that has walked through the `ticket_filter` chain, or why there is none."""
    if message.kind is not MessageKind.MESSAGE:
        outcome = Outcome.QUARANTINED if message.kind is MessageKind.COMPLAINT else Outcome.REJECTED
        return finish(plan, outcome, _belongs_nowhere(message))
    if not people.normal_address(sender.address):
        return finish(plan, Outcome.QUARANTINED, "the sender has no usable e-mail address")
    draft = TicketDraft(
        message=message, subject=message.subject, user_id=person.user_id if person else None,
        organization_id=person.organization_id if person else people.organization_of(sender.address), channel=message.channel,
        agent_id=plan.agent_id, topic=message.topic, follows=follows, fields=message.fields,
    )  # fmt: skip
    draft = site().hooks.chain(FilteringHooks.ticket_filter, draft=draft)
    if draft.verdict is not None and draft.verdict.strength:
        plan.draft = draft  # for the rows that say so
        return _turned_away(plan, draft.verdict)
    plan.problems = site().hooks.collect(FilteringHooks.ticket_problems, draft=draft)
    if plan.problems:
        return finish(plan, Outcome.REJECTED, "; ".join(plan.problems))
    plan.draft = draft
    plan.files = _kept(plan, message)
    return plan


def _kept(plan: Plan, message: InboundMessage) -> tuple[StoredFile, ...]:
    """The files of a message, stored; they have no row yet."""
    return () if plan.is_rehearsal else tuple(map(attachments.store, message.files))


def _belongs_nowhere(message: InboundMessage) -> str:
    """Why an automatic message that matched no ticket ends here, with what it says of whom."""
    about = ", ".join(filter(None, (one.address for one in message.bounced)))
    words = next((f": {one.words}" for one in message.bounced if one.words), "")
    return f"an automatic message ({message.kind}) that belongs to no ticket" + (
        f"; about {about}{words}" if about else ""
    )


def _turned_away(plan: Plan, verdict: Verdict) -> Plan:
    """The plan that a verdict against the message asks for."""
    plan.problems = [verdict.told] if verdict.told else []
    return finish(plan, Outcome.REJECTED if verdict.outcome == "reject" else Outcome.QUARANTINED, verdict.reason)


def finish(plan: Plan, outcome: Outcome, reason: str, doubled_id: int | None = None) -> Plan:
    """The plan without a ticket."""
    plan.outcome, plan.reason, plan.doubled_id = outcome, reason, doubled_id
    plan.steps.append(core_step("intake_settled", reason, outcome=str(outcome)))
    return plan
