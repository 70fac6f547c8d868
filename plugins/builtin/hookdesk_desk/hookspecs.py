"""The hook by which another plugin gives agents their queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hookdesk.api import Actor, Shape, When, spec

if TYPE_CHECKING:
    from hookdesk_desk.queues import QueueSet


class DeskHooks:
    """Desk: the queues of its sidebar."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1")
    def desk_sidebar(self, *, actor: Actor) -> QueueSet | None:
        """The queues of an agent, instead of the desk's own few; asked once a request. Those of departments follow by themselves."""
