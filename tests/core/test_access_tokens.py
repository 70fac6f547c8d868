"""A token for a mail server comes from whichever plugin has it, and is shown nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from hookdesk.api import AccessToken, Refusal, TokenHooks, tokens
from hookdesk.plugins.caller import Implementation

TOKEN = AccessToken("help@example.org", "xyzzy")


@pytest.fixture(autouse=True)
def keeper(hookdesk_app: Flask) -> Iterator[None]:
    """A plugin that has one sign-in, whose provider renews nothing."""

    def answer(ref: str, renew: bool) -> AccessToken | None:
        if renew:
            raise Refusal("invalid_grant: consent was withdrawn")
        return TOKEN if ref == "test:1" else None

    hooks = hookdesk_app.extensions["hookdesk"].hooks
    hooks.install(TokenHooks.access_token.__name__, [Implementation("test", answer, ("ref", "renew"))])
    hooks.install(
        TokenHooks.access_token_choices.__name__, [Implementation("test", lambda: [("test:1", "Microsoft 365")], ())]
    )
    with hookdesk_app.app_context():
        yield
    assert hooks.recorder.take_failures() == []


def test_whoever_owns_the_reference_answers() -> None:
    assert tokens.choices() == [("test:1", "Microsoft 365")]
    assert tokens.access_token("test:1") == TOKEN


@pytest.mark.parametrize(
    ("ref", "renew", "why"), [("test:1", True, "consent was withdrawn"), ("other:1", False, "other:1")]
)
def test_why_there_is_none_reaches_who_asked(ref: str, renew: bool, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        tokens.access_token(ref, renew=renew)


def test_a_token_is_not_shown_with_the_value_that_holds_it() -> None:
    assert "xyzzy" not in repr(TOKEN)
    assert TOKEN.xoauth2 == "user=help@example.org\x01auth=Bearer xyzzy\x01\x01"
