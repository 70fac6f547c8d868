"""Hooks around a ticket's life after it exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk.hookspecs.spec import Combine, OnError, Shape, When, spec
from hookdesk.types.actors import Actor
from hookdesk.types.drafts import ReplyDraft
from hookdesk.types.events import Event
from hookdesk.types.tickets import EntryMark, TicketView
from hookdesk.types.web import TicketAction


class TicketHooks:
    """Tickets: transitions, replies, actions, and the events that follow a commit."""

    @spec(Shape.COLLECT, combine=Combine.ANY_VETO, when=When.WRITE, since="0.1")
    def transition_allowed(self, *, ticket: Mapping[str, Any], actor: Actor, status: str, state: str) -> str | None:
        """Forbid a change of status: return the reason, or None to allow it.

        `ticket` has the fields of `TicketView`; `status` is the key of the wanted one, `state` "open" or "closed".
        """

    @spec(Shape.CHAIN, when=When.WRITE, since="0.1")
    def reply_transform(self, *, reply: ReplyDraft, actor: Actor) -> ReplyDraft | None:
        """Change an entry before it is stored (any kind: see `reply.kind`). Return None to leave it as it is."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def ticket_actions(self, *, ticket: Mapping[str, Any], actor: Actor) -> Sequence[TicketAction] | None:
        """Buttons for the desk's ticket page."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def ticket_created(self, *, event: Event) -> None:
        """A ticket was stored.

        `event.data`: ticket_id, number, entry_id, user_id, channel, alert, autoresponse, copies, kind (of the message), agent_id (who
        opened it), quiet (an old message that is filed later: nobody shall be told).
        """

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def ticket_changed(self, *, event: Event) -> None:
        """A ticket's property changed. `event.data`: ticket_id, number, what, before, after, agent_id, user_id."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def entry_marks(self, *, ticket: TicketView, entries: Sequence[Any], actor: Actor) -> Sequence[EntryMark] | None:
        """Marks on the entries of a page of a ticket's thread, asked once for all of them.

        `entries` are rows with id, kind ("message", "response", "note"), channel, user_id and text. The actor is an agent.
        """

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def entry_added(self, *, event: Event) -> None:
        """An entry was added to an existing ticket.

        `event.data`: ticket_id, number, entry_id, kind, agent_id, user_id, channel, reopened, notify, copies. Of what was written here also
        `to` (ids of the users who alone are told; None for all who take part), `signature` ("", "department" or "none") and `sender` (the
        reference of the account that mails it, or ""); of what came in `got` (addresses, in small letters, of those who have the message
        itself, and need no copy of it).
        """

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def entry_edited(self, *, event: Event) -> None:
        """What an entry says was changed. `event.data`: ticket_id, number, entry_id, kind, agent_id, user_id, channel."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def resend_requested(self, *, event: Event) -> None:
        """A response is to be sent once more, to the users `user_ids` alone; else `event.data` is as for `entry_edited`."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def entries_moved(self, *, event: Event) -> None:
        """Entries went from one ticket to another. `event.data`: ticket_id, number (of where they are now), from_id, entry_ids."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def ticket_deleted(self, *, event: Event) -> None:
        """A ticket is gone for good, with all its rows. `event.data`: ticket_id, number, agent_id.

        One that was put into the bin, or brought back, has changed: `ticket_changed` with `what` "deleted".
        """


class AccessHooks:
    """Access: permissions beyond core's own, and vetoes. Errors deny."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def permissions(self) -> Sequence[tuple[str, str, str]] | None:
        """Permissions that roles may hold: (name, label, group)."""

    @spec(Shape.COLLECT, combine=Combine.ANY_VETO, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def permission_allowed(self, *, actor: Actor, permission: str, ticket: Mapping[str, Any]) -> str | None:
        """Forbid an act on a ticket: return the reason, or None to allow it. It can narrow what the guard grants, never widen it."""

    @spec(Shape.COLLECT, combine=Combine.SQL_AND, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def permission_scope(self, *, actor: Actor) -> Any:
        """A further SQL condition on `Ticket` for every list and read of this actor, or None. All are joined by AND."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def permission_look_up(self, *, actor: Actor, ref: str, permission: str) -> tuple[str, str] | None:
        """Name and page of something that a plugin guards itself ("task:7"), for whoever keeps fields or files about it.

        None: it is not yours, or not for this actor to know of, or the permission is missing. Nobody can tell which.
        """
