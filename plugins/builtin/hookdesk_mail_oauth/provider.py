"""Talking to a provider's token endpoint (RFC 6749): the messages are oauthlib's, the way there is core's guarded one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from oauthlib.oauth2 import MissingTokenError, OAuth2Error, WebApplicationClient

from hookdesk.api import clean_line, clock, outbound

SECONDS = 20.0
LONGEST_ERROR = 500
LONGEST_TOKEN = 20_000
USUAL_LIFE = timedelta(hours=1)
LONGEST_LIFE = timedelta(days=3650)
NEEDS_CONSENT = {"invalid_grant", "interaction_required", "consent_required", "login_required"}
"""Errors after which nothing but signing in anew helps."""


class ProviderProblem(Exception):
    """A provider gave no token; the message has its words. `needs_consent`: asking again will not help, signing in will."""

    def __init__(self, words: str, *, needs_consent: bool = False) -> None:
        """Keep the words to one line."""
        super().__init__(clean_line(words)[:LONGEST_ERROR])
        self.needs_consent = needs_consent


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave. `refresh` is "" if the one that we have goes on to count; `refresh_ends_at` is None where it does not say."""

    access: str = field(repr=False)
    ends_at: datetime
    refresh: str = field(repr=False, default="")
    refresh_ends_at: datetime | None = None


def exchange(url: str, form: str, allowed: tuple[str, ...]) -> Tokens:
    """Send a form to a token endpoint.

    It waits for the provider, 20 seconds at most: never within a transaction.

    Raises:
        ProviderProblem: it cannot be reached, refuses, or answers with something that is no token.
    """
    try:
        answer = outbound.post(url, form.encode(), seconds=SECONDS, allowed=allowed)
    except (outbound.NoAnswer, outbound.NotPublic) as error:
        raise ProviderProblem(str(error)) from error
    try:
        return _tokens(WebApplicationClient("").parse_request_body_response(answer.body.decode()))
    except (MissingTokenError, ValueError, TypeError, AttributeError) as error:
        raise ProviderProblem(f"it answered {answer.status} with something that is no token") from error
    except OAuth2Error as error:
        words = f"{error.error}: {error.description}" if error.description else str(error.error)
        raise ProviderProblem(words, needs_consent=error.error in NEEDS_CONSENT) from error


def _tokens(given: Mapping[str, Any]) -> Tokens:
    """The values of an answer, checked.

    Raises:
        ValueError: one of them cannot be what it says.
    """
    access, refresh = given["access_token"], given.get("refresh_token") or ""
    if not all(isinstance(one, str) and one.isprintable() and len(one) <= LONGEST_TOKEN for one in (access, refresh)):
        raise ValueError("no usable token")
    # Microsoft and Google name it so, Keycloak the other way
    refresh_life = given.get("refresh_token_expires_in") or given.get("refresh_expires_in")
    return Tokens(
        access,
        clock.now() + (_life(given.get("expires_in")) or USUAL_LIFE),
        refresh,
        clock.now() + life if (life := _life(refresh_life)) else None,
    )


def _life(seconds: Any) -> timedelta | None:
    """How long something counts; None where that is not said, or for ever."""
    number = int(seconds or 0)
    return min(timedelta(seconds=min(number, 10**9)), LONGEST_LIFE) if number > 0 else None
