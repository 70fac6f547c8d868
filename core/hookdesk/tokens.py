"""Tokens with which accounts at mail servers sign in instead of a password; a plugin has them, and keeps them fresh."""

from __future__ import annotations

from hookdesk.hookspecs import TokenHooks
from hookdesk.plugins.caller import Refusal
from hookdesk.site import site
from hookdesk.types.auth import AccessToken


def choices() -> list[tuple[str, str]]:
    """Sign-ins that an account may use: reference and name."""
    return site().hooks.collect(TokenHooks.access_token_choices)


def access_token(ref: str, *, renew: bool = False) -> AccessToken:
    """The token of a sign-in, good for some minutes at least. Where the server refuses it, ask once more with `renew`.

    It may wait for the provider: not for a page, and never within a transaction.

    Raises:
        Refusal: there is none at the moment, with the reason for an administrator.
    """
    found = site().hooks.first(TokenHooks.access_token, ref=ref, renew=renew)
    if found is None:
        raise Refusal(f"nobody knows the sign-in {ref}: is the plugin that keeps it switched on?")
    return found
