"""Tickets are found by any word, on both databases, and only by those who may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk import clock
from hookdesk.api import (
    ANONYMOUS,
    Actor,
    Department,
    InboundFile,
    InboundMessage,
    ReplyDraft,
    Ticket,
    intake,
    reading,
    site,
    threads,
    tickets,
    unit_of_work,
)
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.db.engine import Database
from hookdesk.fulltext import terms
from hookdesk.hookspecs import RunningHooks
from hookdesk.lifecycle.discovery import discover
from hookdesk.models import PluginState
from hookdesk.services import firststeps
from hookdesk.testing.instances import Client, end
from hookdesk_search import services
from hookdesk_search.models import Document

pytestmark = pytest.mark.plugins("search", "storage_fs")
MakeTicket = Callable[..., Ticket]
MakeAgent = Callable[..., Actor]


TEXT = "Übergabe 請求書の宛名 burning"


def found(app: Flask, words: str, *, notes: bool = True) -> list[str]:
    """Numbers of the tickets that match, newest first."""
    with app.app_context():
        for backend in site().hooks.collect(RunningHooks.search_backends):
            matching = backend.matching(reading().dialect, words, notes)
            if matching is not None:
                asked = select(Ticket.number).where(Ticket.id.in_(select(matching.subquery().c.id)))
                return list(reading().scalars(asked.order_by(Ticket.id.desc())))
    return []


WORDS = [
    *("printer", "PRINT", "burning nine", "grace", "example.org", "Hopper printer"),
    *("übergabe", "ubergabe", "請求書", "求書", "Заявка", "invoice.pdf"),
]
NASTY = ['"', "'", "*", "AND", "OR NOT", "a:b", "{public} : x", "(", "NEAR(", "--", "\\", "%", "_", "", " ", "x" * 5000]


@pytest.mark.parametrize("words", WORDS)
def test_a_ticket_is_found_by_any_word(
    hookdesk_app: Flask, make_ticket: MakeTicket, run_jobs: Callable[..., int], words: str
) -> None:
    """Subject, thread, requester, address, attachment names; case and accents do not matter; scripts without spaces work."""
    file = InboundFile("invoice.pdf", "application/pdf", b"%PDF")
    ticket = make_ticket(text="It has been burning since nine. Übergabe, Заявка, 請求書の宛名を変更", files=(file,))
    make_ticket(subject="Something else", text="Nothing in common", email="alan@elsewhere.test", name="Alan")
    run_jobs("outbox")
    assert found(hookdesk_app, words) == [ticket.number]


@pytest.mark.parametrize("words", NASTY)
def test_nothing_that_is_typed_is_an_error(
    hookdesk_app: Flask, make_ticket: MakeTicket, run_jobs: Callable[..., int], words: str
) -> None:
    """The words are words, never a query language."""
    make_ticket()
    run_jobs("outbox")
    assert found(hookdesk_app, words) == []


def test_all_words_must_be_there(hookdesk_app: Flask, make_ticket: MakeTicket, run_jobs: Callable[..., int]) -> None:
    """Words narrow; they may stand in different entries."""
    make_ticket()
    run_jobs("outbox")
    assert found(hookdesk_app, "printer burning")
    assert not found(hookdesk_app, "printer flooding")


def test_notes_are_found_by_agents_only(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent, run_jobs: Callable[..., int]
) -> None:
    """A search for requesters does not even know of a note's words."""
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="note", text="kanariengelb"))
    run_jobs("outbox")
    assert found(hookdesk_app, "kanariengelb") == [ticket.number]
    assert found(hookdesk_app, "kanariengelb", notes=False) == []


def test_a_deleted_ticket_is_forgotten(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent, run_jobs: Callable[..., int]
) -> None:
    """Its words are gone from the index with it."""
    agent, ticket = make_agent(is_admin=True), make_ticket()
    run_jobs("outbox")
    with hookdesk_app.app_context():
        tickets.remove(agent, ticket.id)
    run_jobs("outbox")
    with hookdesk_app.app_context():
        assert reading().first(select(Document.ticket_id)) is None


def test_what_is_missing_is_indexed_later(hookdesk_app: Flask, make_ticket: MakeTicket) -> None:
    """Tickets that came while the plugin was off are found once its job has run."""
    ticket = make_ticket()
    assert found(hookdesk_app, "printer") == []
    with hookdesk_app.app_context():
        assert services.index_missing() == 1
        assert services.index_missing() == 0
    assert found(hookdesk_app, "printer") == [ticket.number]


def test_words_are_split_like_the_index() -> None:
    """Punctuation separates; each character of a script without spaces is a token of a phrase."""
    assert terms("re: [#10427] foo-bar") == [["re"], ["10427"], ["foo"], ["bar"]]
    assert terms("請求x") == [["請", "求", "x"]]


@pytest.mark.plugins("search", "desk", "storage_fs")
def test_the_page_shows_only_what_the_agent_may_see(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_ticket: MakeTicket,
    make_agent: MakeAgent,
    run_jobs: Callable[..., int],
) -> None:
    """A ticket of a department without access is not found, nor its number."""
    agent, ticket = make_agent(), make_ticket(subject="CANARY printer")
    run_jobs("outbox")
    hookdesk_client.sign_in(agent)
    assert "CANARY" in hookdesk_client.get("/agent/search/?q=printer").get_data(as_text=True)
    with hookdesk_app.app_context(), unit_of_work() as session:
        other = Department(name="Secret")
        session.add(other)
        session.flush()
        session.get_one(Ticket, ticket.id).department_id = other.id
    assert "CANARY" not in hookdesk_client.get("/agent/search/?q=printer").get_data(as_text=True)
    assert hookdesk_client.get(f"/agent/search/?q={ticket.number}").status_code == 200


@pytest.fixture
def postgres_app(postgres_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The same plugin on PostgreSQL."""
    config = Config(instance=tmp_path, database_url=postgres_url, secret_key="-" * 20, testing=True)
    migrate.upgrade_core(config)
    folder = discover()["search"].migrations
    assert folder is not None
    migrate.upgrade(config.database, "search", folder)
    db = Database(config.database)
    with db.write() as session:
        session.add(PluginState(slug="search", is_enabled=True, updated_at=clock.now()))
    db.dispose()
    app = create_app(config)
    with app.app_context():
        firststeps.basics()
    yield app
    end(app)


def test_postgresql_finds_the_same(postgres_app: Flask) -> None:
    """tsvector answers as FTS5 does."""
    with postgres_app.app_context():
        message = InboundMessage(
            channel="portal",
            sender_address="grace@example.org",
            sender_name="Grace",
            subject="Printer",
            text="Übergabe 請求書の宛名 burning",
        )
        intake.submit(message, ANONYMOUS)
        assert services.index_missing() == 1
    for words in ("print", "burning printer", "ubergabe", "Übergabe", "求書", "grace"):
        assert len(found(postgres_app, words)) == 1, words
    for words in ("flooding", "'", "&", "!(", ""):
        assert found(postgres_app, words) == [], words
