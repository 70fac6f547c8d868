"""Drafts: frozen values that write-time hooks may change by returning a new one. The service stores what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from hookdesk.types.changes import Replaceable
from hookdesk.types.intake import InboundFile, InboundMessage


@dataclass(frozen=True, slots=True)
class PluginRow:
    """A row of a plugin's own table that is to be stored with the ticket.

    `table` is the table's full name; `ticket_column`, if set, is filled with the new ticket's id.
    """

    table: str
    values: Mapping[str, Any]
    ticket_column: str = "ticket_id"

    def __post_init__(self) -> None:
        """Keep plugins to plugins' tables: core's are written by services."""
        if not self.table.startswith("p_"):
            raise ValueError(f"{self.table} is no table of a plugin")


class Changeable(Replaceable):
    """What drafts share besides: rows of plugins."""

    __slots__ = ()
    rows: tuple[PluginRow, ...]

    def with_rows(self, table: str, *rows: Mapping[str, Any], ticket_column: str = "ticket_id") -> Self:
        """A copy that also stores rows of the calling plugin's own table, in one savepoint a plugin."""
        return self.replace(rows=self.rows + tuple(PluginRow(table, row, ticket_column) for row in rows))


@dataclass(frozen=True, slots=True)
class TicketDraft(Changeable):
    """A ticket before it is stored, as it walks through the `ticket_filter` chain.

    References to departments, agents, teams, statuses and priorities are ids; None means "nobody has decided yet" and the service falls
    back to the site's defaults (for `user_id`: the sender is new and becomes a user). `topic` is a reference in the words of whichever
    plugin owns topics, or "". `collaborators` are users who are to follow the ticket. `alert` and `autoresponse` say whether agents are
    told and whether the requester gets a confirmation. `agent_id` is the agent who wrote it, for somebody else or themselves.
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
    collaborators: tuple[int, ...] = ()
    alert: bool = True
    autoresponse: bool = True
    fields: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[PluginRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyDraft(Changeable):
    """An entry before it is stored, as it walks through `reply_transform`: an agent's reply or note, or a requester's message.

    `kind` is "message", "response" or "note"; `html` has been sanitized already and is sanitized again afterwards.
    """

    ticket_id: int
    kind: str
    text: str
    html: str = ""
    quoted: str = ""
    channel: str = "web"
    status_id: int | None = None
    files: tuple[InboundFile, ...] = ()
    notify: bool = True
    message_id: str = ""
    rows: tuple[PluginRow, ...] = ()
