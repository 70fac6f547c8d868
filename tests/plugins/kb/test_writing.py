"""Versions, drafts of changes, translations, addresses, files, and what may not be written."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, Forbidden, InboundFile, attachments, reading, release, system
from hookdesk.models import FileUse
from hookdesk.testing import Client
from hookdesk_kb import categories, files, services, shelf, versions
from hookdesk_kb.files import Added

from .conftest import Write

pytestmark = pytest.mark.plugins("kb", "portal", "storage_fs")


def text(client: Client, article_id: int) -> str:
    return client.get(f"/help/{article_id}", follow_redirects=True).text


def test_a_draft_of_changes_is_seen_once_it_is_published(
    hookdesk_app: Flask, hookdesk_client: Client, place: Callable[..., int], write: Write
) -> None:
    category = place()
    article_id = write(category, html="<p>First words.</p>")
    write(category, html="<p>Second words.</p>", article_id=article_id, goes_live=False)
    assert "First words" in text(hookdesk_client, article_id)
    with hookdesk_app.test_request_context():
        changes = versions.difference(article_id, "en", 1, 2)
        services.publish_changes(system("tests"), article_id, "en")
    assert {(piece.kind, piece.text) for line in changes["html"] for piece in line} >= {
        ("removed", "First"),
        ("added", "Second"),
    }
    assert set(changes) == {"html"}
    assert "Second words" in text(hookdesk_client, article_id)
    write(category, html="<p>Third words.</p>", article_id=article_id, goes_live=False)
    with hookdesk_app.test_request_context():
        services.discard_changes(system("tests"), article_id, "en")
        assert [row.number for row in versions.listed(article_id, "en")] == [2, 1]


def test_an_old_version_comes_back_as_the_newest(
    hookdesk_app: Flask, hookdesk_client: Client, place: Callable[..., int], write: Write
) -> None:
    category = place()
    article_id = write(category, "The old title", "<p>Old words.</p>")
    write(category, "A new title", "<p>New words.</p>", article_id=article_id)
    with hookdesk_app.test_request_context():
        services.publish_changes(system("tests"), article_id, "en", 1)
        assert [row.title for row in versions.listed(article_id, "en")] == [
            "The old title",
            "A new title",
            "The old title",
        ]
    page = text(hookdesk_client, article_id)
    assert "Old words" in page
    assert "The old title" in page
    found = hookdesk_client.get("/help/search?q=old").text
    assert "<mark>old</mark>" in found
    assert "No article" not in found


def test_saving_the_same_words_is_no_version(hookdesk_app: Flask, place: Callable[..., int], write: Write) -> None:
    category = place()
    article_id = write(category)
    write(category, article_id=article_id, is_featured=True)
    with hookdesk_app.app_context():
        assert len(versions.listed(article_id, "en")) == 1


def test_an_address_outlives_its_title(hookdesk_client: Client, place: Callable[..., int], write: Write) -> None:
    category = place()
    article_id = write(category, "Réparer un pneu: how?")
    old = f"/help/en/{article_id}-réparer-un-pneu-how"
    assert hookdesk_client.get(old).status_code == 200
    write(category, "Mend a tyre", article_id=article_id)
    moved = hookdesk_client.get(old)
    assert moved.status_code == 301
    assert moved.headers["Location"] == f"/help/en/{article_id}-mend-a-tyre"
    page = text(hookdesk_client, article_id)
    assert re.search(rf'rel="canonical" href="http[^"]+/help/en/{article_id}-mend-a-tyre"', page)


def test_a_translation_is_read_by_who_prefers_its_language(
    hookdesk_app: Flask, hookdesk_client: Client, place: Callable[..., int], write: Write
) -> None:
    category = place(names={"de": ("Räder", "")})
    article_id = write(category, "Mend a tyre")
    write(category, "Reifen flicken", "<p>Mit einem Flicken.</p>", article_id=article_id, locale="de")
    other = write(category, "Only English")
    german = {"Accept-Language": "de-DE,de;q=0.9"}
    page = hookdesk_client.get(f"/help/{article_id}", headers=german, follow_redirects=True)
    assert page.request.path == f"/help/de/{article_id}-reifen-flicken"
    assert 'hreflang="en"' in page.text
    assert "Räder" in page.text
    assert hookdesk_client.get(f"/help/{other}", headers=german, follow_redirects=True).request.path.startswith(
        "/help/en/"
    )
    assert hookdesk_client.get(f"/help/fr/{article_id}-x").headers["Location"] == f"/help/en/{article_id}-mend-a-tyre"
    assert "Reifen <mark>flicken</mark>" in hookdesk_client.get("/help/search?q=flicken").text
    assert 'hreflang="de"' in hookdesk_client.get("/sitemap.xml").text
    with hookdesk_app.test_request_context():
        services.remove(system("tests"), article_id, "de")
        assert list(shelf.read().articles[article_id].texts) == ["en"]
    assert hookdesk_client.get(f"/help/de/{article_id}-reifen-flicken").status_code == 301


def test_what_is_written_is_harmless_and_its_pictures_are_the_articles(
    hookdesk_app: Flask, hookdesk_client: Client, place: Callable[..., int], write: Write
) -> None:
    with hookdesk_app.app_context():
        picture = attachments.store(InboundFile("a.png", "image/png", b"\x89PNG\r\n\x1a\n", content_id="new@inline"))
        plan = attachments.store(InboundFile("plan.pdf", "application/pdf", b"%PDF-1.4"))
    html = '<h1>Top</h1><script>alert(1)</script><img src="cid:new@inline" alt="A wheel"><a href="javascript:x">no</a>'
    category = place()
    article_id = write(category, html=html, added=[Added(picture, "new@inline"), Added(plan)])
    page = text(hookdesk_client, article_id)
    assert "<h2>Top</h2>" in page
    assert "alert(1)" not in page
    assert "javascript:" not in page
    assert '<img src="/help/files/1/a.png" alt="A wheel">' in page
    assert page.count("plan.pdf") == 2  # its address and its name
    again = '<p><img src="cid:kb-1" alt="A wheel"></p>'
    write(category, html=again, article_id=article_id, dropped=[2])
    page = text(hookdesk_client, article_id)
    assert '<img src="/help/files/1/a.png" alt="A wheel">' in page
    assert "plan.pdf" not in page
    with hookdesk_app.app_context():
        assert list(reading().scalars(select(FileUse.sha256).where(FileUse.owner == f"kb:{article_id}"))) == [
            picture.sha256
        ]
        services.remove(system("tests"), article_id)
        release()
        assert list(reading().scalars(select(FileUse.sha256).where(FileUse.owner == f"kb:{article_id}"))) == []
        assert files.of(article_id) == []


def test_who_may_not_write_changes_nothing(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], place: Callable[..., int], write: Write
) -> None:
    category, agent = place(), make_agent()
    article_id = write(category)
    details, words = services.Details(category), services.Words("No", "")
    with hookdesk_app.test_request_context():
        for act in (
            lambda: services.save(agent, article_id, "en", details, words),
            lambda: services.publish_changes(agent, article_id, "en", 1),
            lambda: services.discard_changes(agent, article_id, "en"),
            lambda: services.remove(agent, article_id),
            lambda: categories.save(agent, categories.Values("No")),
            lambda: categories.move(agent, category, 1),
            lambda: categories.remove(agent, category),
        ):
            with pytest.raises(Forbidden):
                act()


def test_categories_keep_their_tree(hookdesk_app: Flask, place: Callable[..., int], write: Write) -> None:
    top = place("Top")
    below = place("Below", parent_id=top)
    leaf = place("Leaf", parent_id=below)
    write(leaf)
    with hookdesk_app.test_request_context():
        for values in (
            categories.Values("Top", parent_id=leaf),
            categories.Values("Top", parent_id=top),
            categories.Values("Top", parent_id=999),
        ):
            with pytest.raises(services.KbProblem):
                categories.save(system("tests"), values, top)
        with pytest.raises(services.KbProblem):
            categories.save(system("tests"), categories.Values("below", parent_id=top))
        with pytest.raises(services.KbProblem):
            categories.remove(system("tests"), leaf)
        categories.remove(system("tests"), below)
        assert shelf.read().nodes[leaf].parent_id == top
        second = categories.save(system("tests"), categories.Values("Second"))
        categories.move(system("tests"), second, -1)
        assert [node.name for node in shelf.read().nodes.values()] == ["Second", "Top", "Leaf"]


def test_files_of_a_translation_stand_in_for_those_of_the_first_language(
    hookdesk_app: Flask, hookdesk_client: Client, place: Callable[..., int], write: Write
) -> None:
    def stored(name: str) -> Added:
        with hookdesk_app.app_context():
            return Added(attachments.store(InboundFile(name, "application/pdf", b"%PDF-1.4")))

    category = place()
    article_id = write(category, "Plan", added=[stored("plan.pdf")])
    write(category, "Plan auf Deutsch", article_id=article_id, locale="de")
    german = f"/help/de/{article_id}-plan-auf-deutsch"
    assert "plan.pdf" in hookdesk_client.get(german).text
    write(category, "Plan auf Deutsch", article_id=article_id, locale="de", added=[stored("karte.pdf")])
    page = hookdesk_client.get(german).text
    assert "karte.pdf" in page
    assert "plan.pdf" not in page
    assert "plan.pdf" in text(hookdesk_client, article_id)
