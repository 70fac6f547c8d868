"""Agents: read everything, write with the permission, put articles into replies, and make articles of replies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    CoreSettings,
    InboundFile,
    ReplyDraft,
    Role,
    Ticket,
    attachments,
    clock,
    reading,
    release,
    site,
    system,
    threads,
    transact,
)
from hookdesk.testing import Client
from hookdesk_kb import shelf, versions
from hookdesk_kb.files import Added
from hookdesk_kb.models import ArticleFile

from .conftest import Write

pytestmark = pytest.mark.plugins("kb", "desk", "portal", "storage_fs", "topics")


@pytest.fixture
def author(hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser with an agent who writes articles."""
    with hookdesk_app.app_context():

        def work(session):  # type: ignore[no-untyped-def]  # a Session
            role = session.scalar(select(Role).where(Role.name == "Agent"))
            role.permissions = [*role.permissions, "kb.manage"]

        transact(work)
    hookdesk_client.sign_in(make_agent("ada"))
    return hookdesk_client


FORM = {"state": "published", "title": "Mend a tyre", "html": "<p>With a <b>patch</b>.</p>", "summary": "Patch it."}


def test_an_article_is_written_changed_translated_and_deleted(
    author: Client, hookdesk_app: Flask, place: Callable[..., int]
) -> None:
    category = place()
    fields = {**FORM, "category_id": str(category), "topics": ["topics:1"], "files": (BytesIO(b"%PDF-1.4"), "plan.pdf")}
    page = author.submit("/agent/kb/new", fields).text
    assert "The article is saved." in page
    assert "plan.pdf" in page
    assert "Something does not work" in page
    form = author.get("/agent/kb/articles/1/edit").text
    assert 'name="drop" value="1"' in form
    assert "With a &lt;b&gt;patch" in form
    kept = {**FORM, "category_id": str(category), "html": "<p>With glue.</p>", "keep": "1"}
    refused = author.submit("/agent/kb/articles/1/edit", {**kept, "drop": "1"})
    assert refused.status_code == 422
    assert "readers would see the change at once" in refused.text
    page = author.submit("/agent/kb/articles/1/edit", kept).text
    assert "There are changes that readers do not see yet." in page
    assert "With a <b>patch</b>" in page
    assert (
        "With glue" in author.submit("/agent/kb/articles/1", {"language": "en"}, to="/agent/kb/articles/1/publish").text
    )
    assert "<del>a patch.</del>" in author.get("/agent/kb/articles/1/versions").text.replace(
        "<del>a</del> <del>", "<del>a "
    )
    german = {**FORM, "category_id": str(category), "title": "Reifen flicken", "html": "Mit Flicken."}
    assert "Reifen flicken" in author.submit("/agent/kb/articles/1/edit?language=de", german).text
    assert author.get("/agent/kb/articles/1/edit?language=xx").status_code == 404
    wrong = author.submit("/agent/kb/new", {**FORM, "title": "", "category_id": str(category)})
    assert wrong.status_code == 422
    assert "Give the article a title." in wrong.text
    restored = author.submit(
        "/agent/kb/articles/1/versions", {"language": "en"}, to="/agent/kb/articles/1/versions/1/restore"
    )
    assert "With a <b>patch</b>" in restored.text
    assert "is deleted" in author.submit("/agent/kb/articles/1", to="/agent/kb/articles/1/delete").text
    assert "No article here yet" in author.get("/agent/kb").text


def test_a_time_to_publish_is_in_the_authors_zone(
    author: Client, hookdesk_app: Flask, place: Callable[..., int]
) -> None:
    with hookdesk_app.app_context():
        site().settings.save("core", CoreSettings, {"timezone": "Europe/Berlin"}, system())
    fields = {**FORM, "category_id": str(place()), "publish_at": "2031-06-01T09:00"}
    author.submit("/agent/kb/new", fields)
    with hookdesk_app.app_context():
        assert shelf.read().articles[1].publish_at == clock.parse("2031-06-01T07:00:00+00:00")
    assert 'value="2031-06-01T09:00"' in author.get("/agent/kb/articles/1/edit").text


def test_lists_and_categories(author: Client, hookdesk_app: Flask, place: Callable[..., int], write: Write) -> None:
    bikes, cars = place("Bikes"), place("Cars")
    write(bikes, "A saddle", state="draft")
    write(cars, "A boot")
    write(cars, "A horn", state="archived")
    assert "A saddle" in author.get(f"/agent/kb?category={bikes}").text
    assert "A boot" not in author.get(f"/agent/kb?category={bikes}").text
    assert "A horn" not in author.get("/agent/kb").text
    assert "A horn" in author.get("/agent/kb?state=archived").text
    assert "A saddle" in author.get("/agent/kb?q=saddles").text
    refused = author.submit(f"/agent/kb/categories/{bikes}", to=f"/agent/kb/categories/{bikes}/delete")
    assert "It still holds articles." in refused.text
    made = author.submit("/agent/kb/categories/new", {"name": "Boats", "is_public": "y", "name_de": "Boote"})
    assert "The category Boats is saved." in made.text
    with hookdesk_app.app_context():
        boats = next(node for node in shelf.read().nodes.values() if "de" in node.names)
        assert boats.names["de"] == ("Boote", "")
    moved = author.submit("/agent/kb/categories", {"step": "up"}, to=f"/agent/kb/categories/{boats.id}/move")
    assert moved.text.index(f"category-{boats.id}") < moved.text.index(f"category-{cars}")
    gone = author.submit(f"/agent/kb/categories/{boats.id}", to=f"/agent/kb/categories/{boats.id}/delete")
    assert "is deleted" in gone.text


def test_agents_without_the_permission_read_and_nothing_more(
    hookdesk_client: Client, make_agent: Callable[..., Actor], place: Callable[..., int], write: Write
) -> None:
    article_id = write(place(is_public=False), "For us", state="draft")
    hookdesk_client.sign_in(make_agent())
    page = hookdesk_client.get(f"/agent/kb/articles/{article_id}").text
    assert "For us" in page
    assert "/edit" not in page
    for path in ("/agent/kb/new", f"/agent/kb/articles/{article_id}/edit", "/agent/kb/categories"):
        assert hookdesk_client.get(path).status_code == 403
    assert hookdesk_client.get("/agent/kb/answers").status_code == 200


def test_an_article_goes_into_a_reply_with_its_files(
    hookdesk_app: Flask, author: Client, make_ticket: Callable[..., Ticket], place: Callable[..., int], write: Write
) -> None:
    with hookdesk_app.app_context():
        picture = attachments.store(InboundFile("a.png", "image/png", b"\x89PNG\r\n\x1a\n", content_id="new@inline"))
        plan = attachments.store(InboundFile("plan.pdf", "application/pdf", b"%PDF-1.4"))
    html = '<p>Look: <img src="cid:new@inline" alt="A wheel"></p>'
    open_id = write(place("Open"), "Mend a wheel", html, added=[Added(picture, "new@inline"), Added(plan)])
    write(place("Inside", is_public=False), "The wheel, for us", "<p>Secret.</p>")
    write(place("Drafts"), "A wheel to come", state="draft")
    page = author.get(f"/agent/tickets/{make_ticket().number}").text
    source = re.search(r'data-insert-source="(/agent/kb/insert)"', page)
    assert source is not None
    items = json.loads(author.get(f"{source[1]}?q=wheel").data)["items"]
    told = {(item["label"], item["hint"]) for item in items}
    assert told == {
        ("Mend a wheel", "A link"), ("Mend a wheel", "Its text"), ("The wheel, for us", "Its text; internal: read it over first"),
    }  # fmt: skip
    link, words = (json.loads(author.get(item["url"]).data) for item in items if item["label"] == "Mend a wheel")
    assert re.fullmatch(rf'<a href="http[^"]+/help/en/{open_id}-mend-a-wheel">Mend a wheel</a>', link["html"])
    assert words["html"] == '<p>Look: <img src="cid:kb-1" alt="A wheel"></p>'
    assert [(file["name"], file["cid"]) for file in words["files"]] == [("a.png", "kb-1"), ("plan.pdf", "")]
    assert all(author.get(file["url"]).status_code == 200 for file in words["files"])


def test_a_reply_becomes_the_draft_of_an_article(
    hookdesk_app: Flask,
    author: Client,
    make_ticket: Callable[..., Ticket],
    make_agent: Callable[..., Actor],
    place: Callable[..., int],
) -> None:
    place()
    endless = "x" * 200_000  # one word: to look for addresses in it must not take for ever
    ticket = make_ticket(subject="Flat tyre", text="Call me: +49 30 5550 1420", name="Grace Hopper")
    html = '<p>Dear Grace, <b>patch</b> it. Or mail jo@example.net. <img src="cid:x@inline"></p>'
    file = InboundFile("plan.pdf", "application/pdf", b"%PDF-1.4")
    inside = InboundFile("a.png", "image/png", b"\x89PNG\r\n\x1a\n", content_id="x@inline")
    admin = make_agent("root", is_admin=True)
    with hookdesk_app.test_request_context():
        reply = ReplyDraft(
            ticket.id,
            "response",
            f"Dear Grace, patch it. Or mail jo@example.net. {endless}",
            html=html,
            files=(file, inside),
        )
        entry_id = threads.post(admin, reply)
    menu = author.get(f"/agent/tickets/{ticket.number}/entries/{entry_id}").text
    assert f"/agent/kb/new?entry={entry_id}" in menu
    page = author.get(f"/agent/kb/new?entry={entry_id}").text
    assert 'value="Flat tyre"' in page
    assert "Dear Grace, &lt;b&gt;patch" in page
    warned = re.search(r"Take out what others need not know.*?</div>", page, re.DOTALL)
    assert warned is not None
    assert set(re.findall(r"<bdi>(.*?)</bdi>", warned[0])) == {"Grace", "jo@example.net"}
    token = json.loads(re.search(r"data-files='(.*?)'", page)[1])[0]["token"]  # type: ignore[index]  # it is there
    fields = {
        "state": "draft", "title": "Mend a flat tyre", "category_id": "1", "take": re.findall(r'name="take" value="(\d+)"', page),
        "html": ["Patch it.", '<p>Patch it. <img src="cid:x@inline" alt="A patch"></p>'], "kept": token,
    }  # fmt: skip
    author.submit(f"/agent/kb/new?entry={entry_id}", fields)
    with hookdesk_app.app_context():
        release()
        assert shelf.read().articles[1].state == "draft"
        version = versions.one(1, "en")
        assert version is not None
        assert 'src="cid:kb-1"' in version.html or 'src="cid:kb-2"' in version.html
        files = reading().all(select(ArticleFile.filename, ArticleFile.content_id))
        assert {(row.filename, bool(row.content_id)) for row in files} == {("plan.pdf", False), ("a.png", True)}
    assert author.get("/agent/kb/new?entry=999").status_code == 404
