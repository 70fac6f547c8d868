"""Hooks that this plugin declares."""

from __future__ import annotations

from hookdesk.api import Event, OnError, Shape, When, spec


class AccountHooks:
    """Requesters' accounts: who can have one, and what is asked for."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def auth_account_refusal(self, *, address: str) -> str | None:
        """Why nobody at this address can have an account or a link to one, for the log; None if nothing speaks against it."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def account_link_requested(self, *, event: Event) -> None:
        """Somebody asked for an account, an invitation or a new password. `event.data`: purpose ("join", "invite", "reset"), address and
        name as typed (nobody may have them), locale; by_agent if an agent asked for it, not the owner."""
