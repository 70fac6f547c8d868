"""Articles are found by any word on both databases: bent, without accents, in scripts without spaces; the best first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Select, text
from tests.servers import postgres

from hookdesk.api import ANONYMOUS, site, system
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing import Client
from hookdesk.testing.instances import SECRET, Instances, end, prepare
from hookdesk_kb import categories, lists, search, services, shelf

PLUGINS = ("kb", "portal")
pytestmark = pytest.mark.requires(*PLUGINS)
ARTICLES = {
    "Charge your battery": ("<p>Overnight, at home.</p>", "accumulator", ("topics:1",)),
    "Reset the second factor": ("<p>Ask the battery of helpers.</p>", "", ()),
    "Crème brûlée für Größe XL": ("<p>Ein Rezept.</p>", "", ()),
    "請求書の宛名を変更する": ("<p>プリンターが印刷しない</p>", "", ()),
    "Only helpers": ("<p>Nothing of it.</p>", "", ("topics:1",)),
}


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A PostgreSQL database for this module."""
    server, name = postgres.postgres_server(), f"kb_{uuid4().hex}"
    postgres.create(server, name)
    yield postgres.url_of(server, name)
    postgres.drop(server, name)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def library(
    request: pytest.FixtureRequest, hookdesk_instances: Instances, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """One site for all these tests, which only read."""
    folder: Path = tmp_path_factory.mktemp("kb")
    if request.param == "sqlite":
        config = hookdesk_instances.copy(PLUGINS, folder / "instance", frozenset())
    else:
        url = request.getfixturevalue("database")
        config = Config(folder, database_url=url, secret_key=SECRET, testing=True)
        prepare(config, discover(), PLUGINS)
    app = create_app(config)
    app.test_client_class = Client
    with app.test_request_context():
        place = categories.save(system(), categories.Values("All"))
        for title, (html, keywords, topics) in ARTICLES.items():
            details = services.Details(place, "published", topics=topics)
            services.save(system(), None, "en", details, services.Words(title, html, keywords=keywords))
    yield app
    end(app)


def found(app: Flask, typed: str, topic: str = "", *, loosely: bool = False) -> list[str]:
    with app.test_request_context():
        hits = search.find(ANONYMOUS, typed, topic, loosely=loosely)
        articles = shelf.read().articles
        return [articles[hit.article_id].said(["en"]).title for hit in hits]


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("battery", ["Charge your battery", "Reset the second factor"]),
        ("charging batteries", ["Charge your battery"]),
        ("accumulators", ["Charge your battery"]),
        ("creme GROSSE", []),
        ("creme größe", ["Crème brûlée für Größe XL"]),
        ("宛名", ["請求書の宛名を変更する"]),
        ("印刷し", ["請求書の宛名を変更する"]),
        ("battery unknown", []),
        ('") OR *', []),
        ("", []),
    ],
)
def test_all_words_must_be_there(library: Flask, typed: str, titles: list[str]) -> None:
    assert found(library, typed) == titles


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("My battery is not full when I come home", ["Charge your battery"]),
        ("プリンターが動きません", ["請求書の宛名を変更する"]),
        ("a | b & !c <-> 'd", []),
    ],
)
def test_of_a_sentence_any_telling_word_counts(library: Flask, typed: str, titles: list[str]) -> None:
    assert found(library, typed, loosely=True)[:1] == titles


def test_a_topic_narrows_it(library: Flask) -> None:
    assert found(library, "helpers") == ["Only helpers", "Reset the second factor"]
    assert found(library, "helpers", "topics:1") == ["Only helpers"]


def test_the_page_says_when_not_all_words_are_there(library: Flask) -> None:
    client = library.test_client()
    page = client.get("/help/search?q=battery+unknown").text
    assert "No article has all of these words." in page
    assert "Charge your <mark>battery</mark>" in page
    for odd in ("%00", "a%00b", "'%22)(*", "x" * 500):
        assert client.get(f"/help/search?q={odd}").status_code in (200, 400)


def test_lists_are_cut_into_pages_that_walk_an_index(library: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    with library.app_context():
        seen: list[int] = []
        before = None
        while True:
            rows = lists.page(None, "", before)
            seen += [row.id for row in rows[:2]]
            if len(rows) <= 2:
                break
            before = lists.of_cursor(lists.cursor(rows[1]))
        assert seen == [5, 4, 3, 2, 1]
        assert lists.of_cursor("nonsense") is None
        assert lists.states() == {"published": 5}
        for state in ("", "draft"):
            assert [
                line for line in plan(lists.asked(None, state, before)) if "SCAN" in line and "INDEX" not in line
            ] == []


def plan(query: Select[Any]) -> list[str]:
    """How SQLite means to answer; nothing on PostgreSQL, which decides by the size of its tables."""
    engine = site().db.engine
    if engine.dialect.name != "sqlite":
        return []
    sql = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
    with engine.connect() as connection:
        return [row[-1] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]


def test_what_is_saved_and_counted_works_on_either_database(library: Flask) -> None:
    client = library.test_client()
    assert isinstance(client, Client)
    assert client.get("/help").status_code == client.get("/sitemap.xml").status_code == 200
    assert "We are glad" in client.submit("/help/1", {"helpful": "yes"}, to="/help/1/vote").text
    assert (
        client.submit("/open", {"step": "shown", "article": "1", "first": "1"}, to="/help/counted").status_code == 204
    )
    assert client.submit("/open", to="/help/1/solved").status_code == 200
    assert client.submit("/open", to="/help/1/seen").status_code == 204
