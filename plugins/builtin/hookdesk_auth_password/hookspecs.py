"""Hooks that this plugin declares."""

from __future__ import annotations

from hookdesk.api import Event, Shape, When, spec


class PasswordHooks:
    """Passwords: what happens around them."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def password_reset_requested(self, *, event: Event) -> None:
        """Somebody asked for a reset link. `event.data`: login (or e-mail address, as typed; nobody may have it)."""
