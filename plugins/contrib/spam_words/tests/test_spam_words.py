"""Spam words, as an admin and a requester meet them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from flask import Flask

from hookdesk.api import ANONYMOUS, Actor, InboundMessage, Outcome, Ticket, intake, site, system
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client, assert_plugin_contract
from hookdesk_spam_words import services
from hookdesk_spam_words.plugin import Settings

pytestmark = pytest.mark.plugins("spam_words")


@pytest.fixture(autouse=True)
def words(hookdesk_app: Flask) -> None:
    """The listed words."""
    with hookdesk_app.app_context():
        site().settings.save("spam_words", Settings, {"words": ("Lottery", "無料")}, system())


def send(text: str, subject: str = "Hello") -> Outcome:
    """What becomes of a message."""
    message = InboundMessage(channel="portal", sender_address="eve@example.org", subject=subject, text=text)
    return intake.submit(message, ANONYMOUS).outcome


def test_the_plugin_keeps_the_contract() -> None:
    """Importable, documented, migrations up and down."""
    assert_plugin_contract("spam_words")


@pytest.mark.parametrize("text", ["You won the LOTTERY", "完全無料です"])
def test_a_listed_word_is_quarantined(hookdesk_app: Flask, text: str) -> None:
    """In any case and script; the rest comes in."""
    with hookdesk_app.app_context():
        assert send(text) is Outcome.QUARANTINED
        assert send("All is well", subject=text) is Outcome.QUARANTINED
        assert send("All is well") is Outcome.TICKET


def test_what_was_caught_is_counted_once(hookdesk_app: Flask, run_jobs: Callable[..., int]) -> None:
    """By word, and for the sender."""
    with hookdesk_app.app_context():
        send("lottery")
        send("lottery")
        send("other")
    run_jobs("outbox")
    with hookdesk_app.app_context():
        assert [(row.word, row.hits) for row in services.by_word()] == [("Lottery", 2)]
        assert services.caught_of("EVE@example.org") == 2


def test_other_plugins_add_words(hookdesk_app: Flask) -> None:
    """By the hook that this plugin declares."""

    def more() -> Sequence[str]:
        return ["casino"]

    with hookdesk_app.app_context():
        site().hooks.install("spam_word_lists", [Implementation("other", more, ())])
        assert send("Casino!") is Outcome.QUARANTINED


def test_the_page_is_for_administrators_and_tries_a_text(
    hookdesk_client: Client, make_agent: Callable[..., Actor]
) -> None:
    """Plain agents may not; the text is escaped and not stored."""
    hookdesk_client.sign_in(make_agent())
    assert hookdesk_client.get("/admin/spam-words/").status_code == 403
    hookdesk_client.sign_in(make_agent("root", is_admin=True))
    page = hookdesk_client.submit("/admin/spam-words/", {"text": "<script>lottery</script>"}).get_data(as_text=True)
    assert "Would be quarantined" in page
    assert "<script>lottery" not in page


@pytest.mark.plugins("spam_words", "desk")
def test_the_desk_shows_it_beside_the_ticket(
    hookdesk_client: Client, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """The slot on the ticket page."""
    ticket = make_ticket()
    hookdesk_client.sign_in(make_agent(is_admin=True))
    page = hookdesk_client.get(f"/agent/tickets/{ticket.number}").get_data(as_text=True)
    assert "Nothing of this requester was caught." in page
