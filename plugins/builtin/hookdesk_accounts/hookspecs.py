"""Hooks that this plugin declares."""

from __future__ import annotations

from hookdesk.api import Event, Shape, When, spec


class AccountHooks:
    """Requesters' accounts: what is asked for."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def account_link_requested(self, *, event: Event) -> None:
        """Somebody asked for an account, an invitation or a new password. `event.data`: purpose ("join", "invite", "reset"), address and
        name as typed (nobody may have them), locale."""
