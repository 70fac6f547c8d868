"""Hooks for signing in. Errors deny."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.hookspecs.spec import OnError, Shape, When, spec
from hookdesk.types.auth import AccessToken, AuthProvider, Credentials, Duty, Factor, SignIn
from hookdesk.types.events import Event


class AuthHooks:
    """Signing in: who can check credentials, and what happened."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def auth_providers(self, *, face: str) -> Sequence[AuthProvider] | None:
        """Ways to sign in that the page for this face ("agent" or "portal") offers."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def auth_authenticate(self, *, credentials: Credentials) -> SignIn | None:
        """Check a login and password. None means: not mine, ask the next; a `SignIn` with a problem ends the matter."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def auth_set_password(self, *, user_id: int, password: str) -> bool | None:
        """Store a new password and end the user's sessions: True. Raise `Refusal(reason)` to turn it down; its chooser is told why."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def auth_factors(self, *, user_id: int, face: str) -> Sequence[Factor] | None:
        """Second proofs that this user has set up; one is asked for after the password. If a plugin cannot say, nobody gets in by half."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def auth_reset_factors(self, *, user_id: int) -> Sequence[str] | None:
        """Forget the second proofs that this user has set up: an administrator lets them begin anew. Names of what is gone."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def sign_in_duties(self, *, user_id: int, face: str) -> Sequence[Duty] | None:
        """What this user has to do before any other page: choose a new password, set up a second factor.

        Asked at sign-in, and of those who are signed in again once settings or plugins changed, and every five minutes.
        """

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def signed_in(self, *, event: Event) -> None:
        """Somebody signed in. `event.data`: user_id, face, address."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def sign_in_failed(self, *, event: Event) -> None:
        """Somebody failed to sign in. `event.data`: login, face, address."""


class TokenHooks:
    """Tokens: with which this site signs in to other servers, in the place of a password."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def access_token_choices(self) -> Sequence[tuple[str, str]] | None:
        """Sign-ins that an account at a mail server may use: reference and name."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1")
    def access_token(self, *, ref: str, renew: bool) -> AccessToken | None:
        """A token for a reference that is good for some minutes at least; None if the reference is not yours.

        Where the server has refused the last one, ask once with `renew`. `Refusal(reason)`: there is none at the moment; the reason has
        the provider's own words, and is for administrators. It may wait for the provider: never ask within a transaction.
        """
