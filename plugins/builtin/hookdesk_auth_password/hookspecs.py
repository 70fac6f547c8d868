"""Hooks that this plugin declares."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import Event, OnError, Shape, When, spec


class PasswordHooks:
    """Passwords: what happens around them."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def auth_account(self, *, face: str, login: str) -> int | None:
        """The id of the user whose account at a face other than the desk this login opens, if it may be used now; None: there is none.

        The password is checked next, against a made-up one if there is no account, so that both take as long.
        """

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def auth_password_problems(self, *, user_id: int, password: str) -> Sequence[str] | None:
        """What is wrong with a password that somebody wants to have, in sentences for them; the first one is shown."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def password_changed(self, *, event: Event) -> None:
        """Somebody has a new password. `event.data`: user_id."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def password_reset_requested(self, *, event: Event) -> None:
        """Somebody asked for a reset link. `event.data`: login (or e-mail address, as typed; nobody may have it)."""
