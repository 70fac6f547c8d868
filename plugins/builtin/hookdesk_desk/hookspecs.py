"""The hooks by which other plugins give agents their queues, and change what is answered while a ticket is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hookdesk.api import Actor, ReplyDraft, Shape, TicketView, When, spec

if TYPE_CHECKING:
    from hookdesk_desk.queues import Queue, QueueSet


class DeskHooks:
    """Desk: the queues of its sidebar, lists beside them, and what an agent writes while opening a ticket."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1")
    def desk_sidebar(self, *, actor: Actor) -> QueueSet | None:
        """The queues of an agent, instead of the desk's own few; asked once a request. Those of departments follow by themselves."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1")
    def desk_list(self, *, actor: Actor, key: str) -> Queue | None:
        """A list that does not stand in the sidebar, by the key that its links carry: what was searched for, for one."""

    @spec(Shape.CHAIN, when=When.REQUEST, since="0.1")
    def first_answer_transform(self, *, reply: ReplyDraft, actor: Actor, ticket: TicketView) -> ReplyDraft | None:
        """Change the answer or note that was written in the form for a new ticket, now that the ticket is there: its number is known.

        `reply_transform` follows, as for every entry. Return None to leave it as it is.
        """
