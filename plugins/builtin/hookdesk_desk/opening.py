"""A ticket that an agent opens for somebody who called or came: by the same road as every other message, with what the agent chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Forbidden,
    InboundFile,
    InboundMessage,
    NotFound,
    ReplyDraft,
    Settled,
    StoredFile,
    TicketDraft,
    access_ticket,
    deadlines,
    explain,
    intake,
    people,
    site,
    threads,
    tickets,
    transact,
)
from hookdesk_desk.hookspecs import DeskHooks

CHANNELS = ("phone", "walk_in", "email", "web", "other")
NOTICES = ("all", "requester", "none")
CHOSEN = "desk"
"""The key among a message's fields under which the desk says what the agent chose."""
DRAFTED = ("department_id", "priority_id", "status_id", "assignee_id", "team_id", "sla")
"""What of that becomes part of the ticket's draft as it is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the agent answers at once, or notes: plain text, the same as HTML if it is formatted, and files that are stored."""

    text: str = ""
    html: str = ""
    files: tuple[StoredFile, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True if nothing was written."""
        return not self.text.strip() and not self.files


@dataclass(frozen=True, slots=True)
class Call:
    """What an agent filled in about somebody and their request. `field_files` are hashes that plugins' `fields` refer to.

    `followers` are (address, name). `closes_with` is a status that ends the ticket at once, `notice` who gets mail about it all.
    """

    channel: str
    email: str
    name: str
    subject: str
    message: str
    files: tuple[InboundFile, ...]
    topic: str = ""
    department_id: int | None = None
    priority_id: int | None = None
    status_id: int | None = None
    closes_with: int | None = None
    assignee_id: int | None = None
    team_id: int | None = None
    sla: str = ""
    due_at: datetime | None = None
    followers: tuple[tuple[str, str], ...] = ()
    notice: str = "all"
    reply: Answer = Answer()
    note: Answer = Answer()
    fields: Mapping[str, Any] = field(default_factory=dict)
    field_files: tuple[str, ...] = ()


def open_for(actor: Actor, call: Call) -> Settled:
    """Open a ticket for somebody else. A confirmation is sent unless the answer, which says as much, is.

    Raises:
        Refusal: a plugin turns it away; the words are for the agent.
    """
    chosen = {
        **{name: getattr(call, name) for name in DRAFTED},
        "collaborators": _followers(call.followers),
        "confirm": call.notice != "none" and call.reply.is_empty,
        "copies": call.notice == "all",
    }
    message = InboundMessage(
        channel=call.channel,
        sender_address=call.email,
        sender_name=call.name,
        subject=call.subject,
        text=call.message,
        files=call.files,
        topic=call.topic,
        fields={**call.fields, CHOSEN: chosen},
    )
    return intake.submit(message, actor, files=call.field_files)


def _followers(named: Sequence[tuple[str, str]]) -> list[int]:
    """The users who are to follow the ticket; new addresses become users."""

    def work(session: Session) -> list[int]:
        return [people.ensure_user(session, address, name).id for address, name in named]

    return transact(work) if named else []


def as_chosen(draft: TicketDraft) -> TicketDraft | None:
    """A draft with what its agent chose in the form; None if it did not come from the desk's form."""
    chosen = draft.fields.get(CHOSEN)
    if draft.channel not in CHANNELS or not isinstance(chosen, Mapping):
        return None
    changes: dict[str, Any] = {name: chosen[name] for name in DRAFTED if chosen.get(name) not in (None, "")}
    explain(_("the agent who opened it chose so"))
    return draft.replace(
        **changes,
        collaborators=tuple(dict.fromkeys((*draft.collaborators, *chosen.get("collaborators", ())))),
        autoresponse=bool(chosen.get("confirm")),
        copies=bool(chosen.get("copies", True)),
        fields={name: value for name, value in draft.fields.items() if name != CHOSEN},
    )


def follow_up(actor: Actor, ticket_id: int, call: Call) -> list[str]:
    """What comes once the ticket is there: its due date, the answer, the note, its end. What of it could not be done, in sentences."""
    notify = call.notice != "none"
    steps: list[tuple[bool, str, Callable[[], object]]] = [
        (call.due_at is not None, _("The due date was not set: %(reason)s"),
         lambda: deadlines.set_due(actor, ticket_id, call.due_at)),
        (not call.note.is_empty, _("The note was not added: %(reason)s"),
         lambda: threads.post(actor, _entry(actor, ticket_id, "note", call.note))),
        (not call.reply.is_empty, _("The answer was not sent: %(reason)s"),
         lambda: threads.post(
             actor, _entry(actor, ticket_id, "response", call.reply).replace(notify=notify, copies=call.notice == "all")
         )),
        (call.closes_with is not None, _("It stayed open: %(reason)s"),
         lambda: tickets.set_status(actor, ticket_id, call.closes_with or 0)),
    ]  # fmt: skip
    return [told for is_wanted, words, work in steps if is_wanted and (told := _tried(words, work))]


def _tried(words: str, work: Callable[[], object]) -> str:
    """Do one of them; "" if it was done."""
    try:
        work()
    except NotFound:
        return words % {"reason": _("it went where you do not see it.")}
    except (tickets.TicketProblem, Forbidden) as problem:
        return words % {"reason": str(problem)}
    return ""


def _entry(actor: Actor, ticket_id: int, kind: str, answer: Answer) -> ReplyDraft:
    """A reply or note, with what plugins make of it now that there is a ticket."""
    draft = ReplyDraft(ticket_id, kind, answer.text, answer.html, stored=answer.files)
    view = access_ticket(actor, ticket_id)
    return site().hooks.chain(DeskHooks.first_answer_transform, reply=draft, actor=actor, ticket=view)
