"""How agents want the desk to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from tests.queries import counted

from hookdesk.api import Actor, Ticket
from hookdesk.testing.instances import Client
from hookdesk_desk import preferences

pytestmark = pytest.mark.plugins("desk", "storage_fs")
LIKES = {"density": "compact", "scheme": "dark", "page_size": "10", "after_reply": "list", "keys": "y"}


def test_what_an_agent_likes_holds_on_every_page(
    desk: Client, ada: Actor, inside: Callable[..., Any], make_ticket: Callable[..., Ticket]
) -> None:
    for place in range(11):
        make_ticket(f"ticket {place}")
    page = LexborHTMLParser(desk.submit("/agent/profile", LIKES, to="/agent/profile/preferences").data)
    assert "The desk is as you like it." in page.text()
    page = LexborHTMLParser(desk.get("/agent/").data)
    marks = page.css_first("html").attributes
    assert (marks["data-density"], marks["data-theme"], marks["data-keys"]) == ("compact", "dark", "on")
    assert len(page.css(".queue tbody tr")) == 10
    assert inside(lambda: preferences.of(ada.agent_id)).after_reply == "list"
    assert inside(lambda: preferences.record(ada.user_id or 0))["density"] == "compact"


def test_another_browser_follows_at_sign_in_and_no_page_asks_for_it_again(
    desk: Client, hookdesk_app: Any, ada: Actor, inside: Callable[..., Any]
) -> None:
    inside(lambda: preferences.save(ada, preferences.Choice("compact", "light", keys=False)))
    other = hookdesk_app.test_client()
    other.sign_in(ada)
    first = LexborHTMLParser(other.get("/agent/").data).css_first("html").attributes
    assert (first["data-density"], first["data-keys"]) == ("compact", "off")
    with counted(hookdesk_app) as statements:
        again = LexborHTMLParser(other.get("/agent/").data).css_first("html").attributes
    assert again["data-theme"] == "light"
    assert not [one for one in statements if "preference" in one]


def test_single_keys_are_switched_from_their_sheet(desk: Client, ada: Actor, inside: Callable[..., Any]) -> None:
    inside(lambda: preferences.save(ada, preferences.Choice("compact")))
    assert desk.submit("/agent/profile", {"keys": "off"}, to="/agent/profile/keys").status_code == 204
    assert inside(lambda: preferences.of(ada.agent_id)) == preferences.Choice("compact", keys=False)


@pytest.mark.parametrize("given", [{"density": "tiny"}, {"scheme": "pink"}, {"page_size": "1000"}, {"page_size": "x"}])
def test_what_is_not_offered_is_not_taken(
    desk: Client, ada: Actor, inside: Callable[..., Any], given: dict[str, str]
) -> None:
    assert desk.submit("/agent/profile", {**LIKES, **given}, to="/agent/profile/preferences").status_code == 422
    assert inside(lambda: preferences.of(ada.agent_id)) == preferences.Choice()
