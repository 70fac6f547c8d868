"""Hooks that this plugin declares."""

from __future__ import annotations

from hookdesk.api import Event, Shape, When, spec


class PortalHooks:
    """The portal: what visitors ask for."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def ticket_link_requested(self, *, event: Event) -> None:
        """A visitor asked for a link to a ticket. `event.data`: number, address, as typed; neither may exist."""
