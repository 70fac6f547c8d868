"""Drafts: frozen values that write-time hooks may change by returning a new one. The service stores what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from hookdesk.types.backends import StoredFile
from hookdesk.types.changes import Replaceable
from hookdesk.types.intake import InboundFile, InboundMessage, Verdict

LONGEST_PATTERN = 20
"""A number is stored in 40 characters, and a counter can have 19 digits."""


@dataclass(frozen=True, slots=True)
class PluginRow:
    """A row of a plugin's own table that is to be stored with the ticket.

    `table` is the table's full name; `ticket_column`, if set, is filled with the new ticket's id, `intake_column` with that of the record
    which it came from. A row without `ticket_column` is also stored when a draft ends with a verdict instead of a ticket.
    """

    table: str
    values: Mapping[str, Any]
    ticket_column: str = "ticket_id"
    intake_column: str = ""

    def __post_init__(self) -> None:
        """Keep plugins to plugins' tables: core's are written by services."""
        if not self.table.startswith("p_"):
            raise ValueError(f"{self.table} is no table of a plugin")

    def filled(self, ticket_id: int | None = None, intake_id: int | None = None) -> PluginRow:
        """The row with these ids among its values."""
        values = {**self.values, self.ticket_column: ticket_id, self.intake_column: intake_id}
        return PluginRow(self.table, {name: value for name, value in values.items() if name}, ticket_column="")


class Changeable(Replaceable):
    """What drafts share besides: rows of plugins."""

    __slots__ = ()
    rows: tuple[PluginRow, ...]

    def with_rows(
        self, table: str, *rows: Mapping[str, Any], ticket_column: str = "ticket_id", intake_column: str = ""
    ) -> Self:
        """A copy that also stores rows of the calling plugin's own table, in one savepoint a plugin."""
        added = tuple(PluginRow(table, row, ticket_column, intake_column) for row in rows)
        return self.replace(rows=self.rows + added)


@dataclass(frozen=True, slots=True, repr=False)
class NumberFormat:
    """How the public number of a ticket is made: each "#" of `pattern` stands for a digit, what is left over follows the last one.

    The digits are those of the counter of that name, counted up by `step` in the ticket's own transaction and filled up with
    `padding` at the left; a counter that does not exist yet begins at `start`. Without a counter they are random.
    """

    pattern: str
    counter: str = ""
    step: int = 1
    start: int = 1
    padding: str = "0"

    def __post_init__(self) -> None:
        """Refuse what could not be stored, however far it is counted."""
        if "#" not in self.pattern or len(self.pattern) > LONGEST_PATTERN or self.step < 1 or len(self.padding) != 1:
            raise ValueError(f"{self.pattern!r:.60} makes no ticket numbers")

    def __repr__(self) -> str:
        """As the trace shows it."""
        return self.pattern

    @property
    def width(self) -> int:
        """How many digits it has room for."""
        return self.pattern.count("#")

    def filled(self, digits: str) -> str:
        """The number with these digits: "TT-####" with "12" is "TT-0012", with "12345" "TT-12345"."""
        digits = digits.rjust(self.width, self.padding)
        first, *rest = self.pattern.split("#")
        last = len(rest) - 1
        filled = (digits[place:] if place == last else digits[place] for place in range(len(rest)))
        return first + "".join(digit + text for digit, text in zip(filled, rest, strict=True))


@dataclass(frozen=True, slots=True)
class TicketDraft(Changeable):
    """A ticket before it is stored, as it walks through the `ticket_filter` chain.

    References to departments, agents, teams, statuses and priorities are ids; None means "nobody has decided yet" and the service falls
    back to the site's defaults (for `user_id`: the sender is new and becomes a user). `topic` is a reference in the words of whichever
    plugin owns topics, or "", `sla` one to a plan; `due_at` is what is due first. `collaborators` are users who are to follow the ticket.
    `alert` and `autoresponse` say whether agents are told and whether the requester gets a confirmation, `copies` whether collaborators get
    it too. `follows` is the ticket that this one goes on with, which is closed for good. `agent_id` is the agent who wrote
    it, for somebody else or themselves. `number` is how its public number is made. A `verdict` that does not accept ends the message
    without a ticket, once the chain is through.
    """

    message: InboundMessage
    subject: str
    user_id: int | None
    channel: str
    agent_id: int | None = None
    organization_id: int | None = None
    department_id: int | None = None
    assignee_id: int | None = None
    team_id: int | None = None
    status_id: int | None = None
    priority_id: int | None = None
    topic: str = ""
    sla: str = ""
    number: NumberFormat | None = None
    due_at: datetime | None = None
    collaborators: tuple[int, ...] = ()
    follows: int | None = None
    alert: bool = True
    autoresponse: bool = True
    copies: bool = True
    fields: Mapping[str, Any] = field(default_factory=dict)
    verdict: Verdict | None = None
    rows: tuple[PluginRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyDraft(Changeable):
    """An entry before it is stored, as it walks through `reply_transform`: an agent's reply or note, or a requester's message.

    `kind` is "message", "response" or "note"; `html` has been sanitized already and is sanitized again afterwards. `files` are yet to be
    stored, `stored` are already. `notify` says whether participants are told, `copies` whether collaborators are among them;
    with `recipients` these users alone are, as far as they take part. `signature` is "" for the agent's own, else the department's,
    "department" for that, or "none". `sender` is the reference of the account that mails it, or "" for the usual one.
    """

    ticket_id: int
    kind: str
    text: str
    html: str = ""
    quoted: str = ""
    channel: str = "web"
    status_id: int | None = None
    files: tuple[InboundFile, ...] = ()
    stored: tuple[StoredFile, ...] = ()
    notify: bool = True
    copies: bool = True
    recipients: tuple[int, ...] | None = None
    signature: str = ""
    sender: str = ""
    message_id: str = ""
    rows: tuple[PluginRow, ...] = ()
