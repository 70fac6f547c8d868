"""Who reads what: the same answer from pages, search, suggestions, files, navigation and sitemap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from hookdesk.api import ANONYMOUS, Actor, InboundFile, Ticket, actors, attachments, site, system
from hookdesk.testing import Client, Clock
from hookdesk_kb import access, search, services
from hookdesk_kb.files import Added
from hookdesk_kb.plugin import Kb
from hookdesk_kb.settings import Settings

from .conftest import Write

pytestmark = pytest.mark.plugins("kb", "portal", "storage_fs", "accounts", "auth_password")


@pytest.fixture
def articles(place: Callable[..., int], write: Write, clock: Clock) -> dict[str, int]:
    """One of each kind, with the word "wheel" in all of them."""
    public = place("Bikes")
    inside = place("Agents only", is_public=False)
    below = place("Below", parent_id=inside)
    kinds: dict[str, tuple[int, str, dict[str, Any]]] = {
        "published": (public, "published", {}),
        "featured": (public, "published", {"is_featured": True}),
        "draft": (public, "draft", {}),
        "internal": (public, "internal", {}),
        "archived": (public, "archived", {}),
        "to come": (public, "published", {"publish_at": clock.now.replace(hour=15)}),
        "in an internal category": (inside, "published", {"is_featured": True}),
        "below an internal category": (below, "published", {}),
    }
    return {
        kind: write(category, f"Wheel, {kind}", state=state, **more) for kind, (category, state, more) in kinds.items()
    }


def requester(app: Flask, ticket: Ticket) -> Actor:
    with app.app_context():
        found = actors.requester_actor(ticket.user_id)
    assert found is not None
    return found


def test_requesters_read_what_is_published_and_agents_everything(
    hookdesk_app: Flask,
    articles: dict[str, int],
    make_ticket: Callable[..., Ticket],
    make_agent: Callable[..., Actor],
    clock: Clock,
) -> None:
    ticket = make_ticket()
    guest, person = ANONYMOUS, requester(hookdesk_app, ticket)
    readers = {"guest": guest, "requester": person, "agent": make_agent()}

    def read(by: Actor) -> set[str]:
        with hookdesk_app.test_request_context():
            listed = {item.id for item in access.library(by).articles}
            found = {hit.article_id for hit in search.find(by, "wheel")}
        assert listed == found
        return {kind for kind, article_id in articles.items() if article_id in listed}

    assert read(readers["guest"]) == read(readers["requester"]) == {"published", "featured"}
    assert read(readers["agent"]) == set(articles)
    clock.advance(hours=4)
    assert read(guest) == {"published", "featured", "to come"}
    with hookdesk_app.app_context():
        site().settings.save("kb", Settings, {"is_restricted": True}, system())
    assert read(guest) == set()
    assert read(person) == {"published", "featured", "to come"}
    assert read(readers["agent"]) == set(articles)


def test_every_way_to_an_article_asks_the_same_guard(
    hookdesk_app: Flask, hookdesk_client: Client, articles: dict[str, int], write: Write, place: Callable[..., int]
) -> None:
    """Pages, the short address, the dialog, files, votes and counts: what is not for guests looks like what is not there."""
    with hookdesk_app.app_context():
        stored = attachments.store(InboundFile("plan.pdf", "application/pdf", b"%PDF-1.4"))
    hidden = write(place("Plans"), "Hidden", state="internal", added=[Added(stored)])
    shown = write(place("Open"), "Open", added=[Added(stored)])
    for article_id in (hidden, articles["draft"], articles["in an internal category"], 999):
        for path in (f"/help/{article_id}", f"/help/en/{article_id}-x", f"/help/{article_id}/answer"):
            assert hookdesk_client.get(path).status_code == 404, path
        for act in ("seen", "vote", "solved"):
            answer = hookdesk_client.submit("/open", {"helpful": "yes"}, to=f"/help/{article_id}/{act}")
            assert answer.status_code == 404, act
    assert hookdesk_client.get("/help/files/1/plan.pdf").status_code == 404
    assert hookdesk_client.get("/help/files/2/plan.pdf").data == b"%PDF-1.4"
    assert "plan.pdf" in hookdesk_client.get(f"/help/{shown}", follow_redirects=True).text


def test_a_picture_is_for_readers_once_it_stands_in_what_they_see(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    place: Callable[..., int],
    write: Write,
    make_agent: Callable[..., Actor],
) -> None:
    with hookdesk_app.app_context():
        stored = attachments.store(InboundFile("plan.png", "image/png", b"\x89PNG"))
    category = place()
    article_id = write(category)
    html = '<p>Soon: <img src="cid:new@inline" alt="A plan"></p>'
    write(category, html=html, article_id=article_id, goes_live=False, added=[Added(stored, "new@inline")])
    assert hookdesk_client.get("/help/files/1/plan.png").status_code == 404
    with hookdesk_app.test_request_context():
        services.publish_changes(system("tests"), article_id, "en")
    assert hookdesk_client.get("/help/files/1/plan.png").data == b"\x89PNG"
    write(category, html="<p>Without.</p>", article_id=article_id)
    assert hookdesk_client.get("/help/files/1/plan.png").status_code == 404
    hookdesk_client.sign_in(make_agent())
    assert hookdesk_client.get("/agent/kb/files/1/plan.png").status_code == 200


def test_navigation_home_and_sitemap_name_what_a_guest_reads(
    hookdesk_app: Flask, hookdesk_client: Client, articles: dict[str, int]
) -> None:
    for path in ("/", "/help", "/sitemap.xml"):
        page = hookdesk_client.get(path).text
        assert "featured" in page
        assert not any(word in page for word in ("draft", "internal", "archived", "to come", "Agents only")), path
    with hookdesk_app.app_context():
        site().settings.save("kb", Settings, {"is_restricted": True}, system())
    assert "/help" not in hookdesk_client.get("/").text
    assert "<url>" not in hookdesk_client.get("/sitemap.xml").text
    for path in (
        "/help",
        f"/help/{articles['published']}",
        "/help/999",
        "/help/search?q=wheel",
        "/help/categories/1-x",
    ):
        answer = hookdesk_client.get(path)
        assert answer.status_code == 302, path
        assert "/sign-in" in answer.headers["Location"]
    for path in ("/help/suggest?q=wheel", "/help/answers?q=wheel"):
        assert hookdesk_client.get(path).status_code == 204


def test_the_palette_leads_agents_to_articles(
    hookdesk_app: Flask, articles: dict[str, int], make_agent: Callable[..., Actor]
) -> None:
    kb = Kb()
    agent = make_agent()
    with hookdesk_app.test_request_context():
        found = kb.palette_items(actor=agent, query="wheel draft")
        assert [(item.label, item.url) for item in found] == [
            ("Wheel, draft", f"/agent/kb/articles/{articles['draft']}")
        ]
        assert list(kb.palette_items(actor=agent, query="#wheel")) == []
