"""What comes in: the raw record, the message read from it, and what screening says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hookdesk.types.changes import Replaceable


class MessageKind(StrEnum):
    """What a message is. Only a `message` may open a ticket or be answered automatically."""

    MESSAGE = "message"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class InboundFile:
    """A file that came with a message: its decoded bytes as sent."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Bounced(Replaceable):
    """What a report says of one recipient of a mail: who did not get it, and why in the server's words.

    `status` is the code (RFC 3463), "" if none is given, `message_id` that of the mail which came back, as far as the report tells it.
    `is_final` is False while the server goes on trying. All of it is what the report claims: anybody can write one.
    """

    address: str = ""
    status: str = ""
    words: str = ""
    message_id: str = ""
    is_final: bool = True


@dataclass(frozen=True, slots=True)
class RawIntake:
    """An `IntakeRecord` as `intake_parse` sees it: bytes that nobody has interpreted yet.

    `meta` is what the channel knew besides (remote address, actor, mailbox); it is JSON.
    """

    id: int
    channel: str
    raw: bytes = field(repr=False)
    meta: Mapping[str, Any]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class InboundMessage(Replaceable):
    """A message read from a raw record, before anybody decided what becomes of it.

    `text` is the whole body as plain text, `reply` the sender's own new words (quoted text and signature folded away);
    `html` is as sent and NOT sanitized. Message ids stand without angle brackets. `headers` keep their order and case.
    `mailbox` is the address that it arrived at, which a blind copy or a list does not name in `to` or `cc`; "" where no mail came.
    `bounced` names the recipients whom a report is about, if it is one. `followers` are addresses whose owners are to follow the ticket,
    `remarks` what its agents should know of the message: each becomes a note.
    `ticket_id` is set when the channel itself knows the ticket (a reply on the web); `topic` is a topic reference or "".
    """

    channel: str
    sender_address: str
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    reply: str = ""
    kind: MessageKind = MessageKind.MESSAGE
    files: tuple[InboundFile, ...] = ()
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    mailbox: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    sent_at: datetime | None = None
    ticket_id: int | None = None
    topic: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    bounced: tuple[Bounced, ...] = ()
    followers: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """The first header of that name, in any case, or ""."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def names(self) -> set[str]:
        """By what another message may hang on this one, or this one on it: its sender and its thread."""
        return {self.sender_address.lower(), self.message_id, self.in_reply_to, *self.references} - {""}


class Outcome(StrEnum):
    """The one end of each inbound item (DESIGN: the ledger)."""

    PENDING = "pending"
    TICKET = "ticket"
    REPLY = "reply"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a plugin says of a message: `strength` orders the answers, the strongest counts.

    `reason` is for the ledger; `told` is what whoever waits for the answer at a form or an API may read, "" says nothing in particular.
    """

    outcome: str
    reason: str
    strength: int
    told: str = ""

    @classmethod
    def accept(cls, reason: str = "") -> Verdict:
        """Let it in."""
        return cls("accept", reason, 0)

    @classmethod
    def quarantine(cls, reason: str, told: str = "") -> Verdict:
        """Keep the raw message aside for an admin, who can replay it."""
        return cls("quarantine", reason, 1, told)

    @classmethod
    def reject(cls, reason: str, told: str = "") -> Verdict:
        """Turn it away; the record and the reason stay in the ledger."""
        return cls("reject", reason, 2, told)


@dataclass(frozen=True, slots=True)
class Match:
    """A ticket that a message belongs to, and the evidence ("In-Reply-To names message 7 of ticket 10427").

    `is_proven` says that the message is from whom it names, beyond doubt: an agent's may then be sent on as a reply, if the department
    wants that. With `lets_follow` the followers that the message brings follow the ticket. A `verdict` that does not accept keeps the
    message off the ticket.
    """

    ticket_id: int
    reason: str
    is_proven: bool = False
    lets_follow: bool = True
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a message is from: an address that is known or not yet."""

    address: str
    name: str = ""
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """A help topic that somebody may choose. `ref` is what the ticket keeps; `intro` is shown once the topic is chosen.

    `path` names the topic after those that it lies below: ("Billing", "Invoices").
    """

    ref: str
    path: tuple[str, ...]
    intro: str = ""

    @property
    def label(self) -> str:
        """The whole path in one line."""
        return " › ".join(self.path)
