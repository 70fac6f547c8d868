"""Tickets are found by any word, on both databases, and only by those who may see them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.api import (
    ANONYMOUS,
    Actor,
    Department,
    InboundFile,
    InboundMessage,
    Priority,
    ReplyDraft,
    Ticket,
    events,
    intake,
    listing,
    reading,
    site,
    system,
    threads,
    tickets,
    transact,
    unit_of_work,
)
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.db.engine import Database
from hookdesk.fulltext import terms
from hookdesk.hookspecs import RunningHooks
from hookdesk.lifecycle.discovery import discover
from hookdesk.models import PluginState, SystemLog
from hookdesk.services import firststeps, users
from hookdesk.testing.instances import Client, Clock, end
from hookdesk_forms import catalogue, values
from hookdesk_forms import services as forms
from hookdesk_forms.kinds import all_kinds
from hookdesk_forms.services import FieldValues, FormValues
from hookdesk_search import excerpts, finding, lists, missing, palette, rebuilding, services
from hookdesk_search.cli import rebuild
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
    *("übergabe", "ubergabe", "請求書", "求書", "Заявка", "invoice.pdf", '"burning since"', "grace@example.org"),
]
NASTY = ['"', "'", "*", "AND", "OR NOT", "a:b", "{public} : x", "(", "NEAR(", "--", "\\", "%", "_", "", " ", "x" * 5000]


def test_a_ticket_is_found_by_any_word(
    hookdesk_app: Flask, make_ticket: MakeTicket, run_jobs: Callable[..., int]
) -> None:
    """Subject, thread, requester, address, attachment names; case and accents do not matter; scripts without spaces work."""
    file = InboundFile("invoice.pdf", "application/pdf", b"%PDF")
    ticket = make_ticket(text="It has been burning since nine. Übergabe, Заявка, 請求書の宛名を変更", files=(file,))
    make_ticket(subject="Something else", text="Nothing in common", email="alan@elsewhere.test", name="Alan")
    run_jobs("outbox")
    for words in WORDS:
        assert found(hookdesk_app, words) == [ticket.number], words


def test_nothing_that_is_typed_is_an_error(
    hookdesk_app: Flask, make_ticket: MakeTicket, run_jobs: Callable[..., int]
) -> None:
    """The words are words, never a query language."""
    make_ticket()
    run_jobs("outbox")
    for words in NASTY:
        assert found(hookdesk_app, words) == [], words


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


@pytest.mark.parametrize("most", [500, 0])
def test_tickets_are_found_by_what_their_requester_is_called_now(
    hookdesk_app: Flask,
    make_ticket: MakeTicket,
    run_jobs: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    most: int,
) -> None:
    """By a new name, and by a new address though the name stayed; no more by an address that was given up."""
    monkeypatch.setattr(missing, "MOST_NAMED", most)
    ticket = make_ticket()
    run_jobs()
    for name, address in (("Grace Murray", "grace@example.org"), ("Grace Murray", "murray@elsewhere.test")):
        with hookdesk_app.app_context():
            users.save_user(system(), ticket.user_id, users.UserData(name, (address,)))
        run_jobs()
        assert found(hookdesk_app, f"murray {address}") == [ticket.number]
    assert found(hookdesk_app, "grace@example.org") == []
    with hookdesk_app.app_context():
        told = reading().scalars(select(SystemLog.message).where(SystemLog.source == "user").order_by(SystemLog.id))
        assert [line.partition(": ")[2] for line in told] == ["name", "addresses"]


def test_what_is_missing_is_indexed_later(hookdesk_app: Flask, make_ticket: MakeTicket) -> None:
    """Tickets that came while the plugin was off are found once its job has run."""
    ticket = make_ticket()
    assert found(hookdesk_app, "printer") == []
    with hookdesk_app.app_context():
        assert missing.index() == 1
        assert missing.index() == 0
    assert found(hookdesk_app, "printer") == [ticket.number]


def test_what_is_whole_is_looked_through_only_now_and_then(
    hookdesk_app: Flask, make_ticket: MakeTicket, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site without gaps pays one row a minute; a gap is found within hours, or at once when somebody asks."""
    monkeypatch.setattr(missing, "WINDOW", 2)
    numbers = [make_ticket().number for _ in range(5)]
    with hookdesk_app.app_context():
        assert [missing.index(2) for _ in range(4)] == [2, 2, 1, 0]
        assert len(found(hookdesk_app, "printer")) == len(numbers)
        for find in (lambda: clock.advance(hours=7), missing.look_again):
            services.drop(1)
            assert missing.index() == 0, "nobody looks"
            find()
            assert missing.index() == 1
            assert missing.index() == 0


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


def test_what_names_a_ticket_counts_most(hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent) -> None:
    """By rank, a word of the subject is worth more than one of a newer message; newest first, it is the other way round."""
    agent = make_agent()
    named = make_ticket(subject="Turbine", text="It does not turn.")
    mentioned = make_ticket(subject="Something else", text="We also have a turbine somewhere. " + "More words. " * 50)
    with hookdesk_app.app_context():
        missing.index()
        best = finding.find(agent, finding.Asked("turbine", by_rank=True)).rows
        newest = finding.find(agent, finding.Asked("turbine")).rows
    assert [row.id for row in best] == [named.id, mentioned.id]
    assert [row.id for row in newest] == [mentioned.id, named.id]


def test_excerpts_are_marked_escaped_and_guarded(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent
) -> None:
    """The newest entry with a word is shown; requesters are never shown a note."""
    agent = make_agent()
    ticket = make_ticket(text="A <b>Größe</b> is wrong")
    with hookdesk_app.app_context():
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind="note", text="The grosse was measured"))
        missing.index()
        rows = finding.find(agent, finding.Asked("große")).rows
        shown = excerpts.of(agent, rows, "große")[ticket.id]
        asker = excerpts.of(ANONYMOUS, rows, "große")[ticket.id]
    assert (shown.is_note, "<mark>grosse</mark>" in shown.text) == (True, True)
    assert asker.text == "A &lt;b&gt;<mark>Größe</mark>&lt;/b&gt; is wrong"


@pytest.mark.plugins("search", "forms", "storage_fs")
def test_fields_of_forms_are_found_by_who_sees_them(
    hookdesk_app: Flask, make_ticket: MakeTicket, run_jobs: Callable[..., int]
) -> None:
    """Those that requesters do not see are for agents alone; one that is changed is found by its new words."""
    with hookdesk_app.app_context():
        form = forms.save_form(system(), FormValues("Device", is_for_all=True))
        forms.save_field(system(), form, FieldValues("Model", "text"))
        forms.save_field(system(), form, FieldValues("Stock", "text", requester="hidden"))
    ticket = make_ticket(fields={"model": "Zephyrone", "stock": "quoinstone"}, channel="phone")
    run_jobs("outbox")
    assert found(hookdesk_app, "zephyrone", notes=False) == [ticket.number]
    with hookdesk_app.app_context():
        stock = next(spec for spec in catalogue.fields_of("ticket").values() if spec.label == "Stock")

        def work(session: Session) -> None:
            values.write(session, "ticket", ticket.id, stock, all_kinds()["text"], ("basalt",))
            here = session.get_one(Ticket, ticket.id)
            events.changed(session, here, system(), stock.name, "", "basalt")

        transact(work)
    run_jobs("outbox")
    assert found(hookdesk_app, "basalt") == [ticket.number]
    assert found(hookdesk_app, "basalt", notes=False) == []


def test_everything_can_be_indexed_anew(hookdesk_app: Flask, make_ticket: MakeTicket) -> None:
    """In steps, while the old index answers; documents of tickets that are gone go at its end."""
    made = [make_ticket(subject=f"Number {place}") for place in range(3)]
    with hookdesk_app.app_context():
        missing.index()
        with unit_of_work() as session:
            session.execute(update(Document).values(public="", head="broken"))
            session.add(Document(ticket_id=9999, head="orphan", public="", updates=0))
        rebuilding.begin()
        assert rebuilding.step(2) == 2
        now = rebuilding.latest()
        assert (now.done, now.total, now.is_over) == (2, 3, False)
    assert found(hookdesk_app, "broken") == [made[0].number]
    with hookdesk_app.app_context():
        while rebuilding.step(2):
            pass
        assert rebuilding.documents() == 3
        assert rebuilding.latest().is_over
    assert len(found(hookdesk_app, "number")) == 3


def test_the_command_line_rebuilds_with_progress(hookdesk_app: Flask, make_ticket: MakeTicket) -> None:
    make_ticket()
    with hookdesk_app.app_context():
        answer = CliRunner().invoke(rebuild)
    assert answer.exit_code == 0
    assert "1 tickets can be found." in answer.output


@pytest.mark.plugins("search", "desk", "palette", "storage_fs")
def test_what_is_offered_while_typing_is_guarded(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: MakeTicket, make_agent: MakeAgent
) -> None:
    """Tickets and people, with the words marked; nothing of a department without access, here or in the palette."""
    agent = make_agent()
    ticket, hidden = (
        make_ticket(subject="A CANARY printer"),
        make_ticket(subject="HIDDEN printer", name="Hid Gracely", email="hid@x.test"),
    )
    with hookdesk_app.app_context():
        missing.index()
        with unit_of_work() as session:
            session.add(other := Department(name="Secret"))
            session.flush()
            session.get_one(Ticket, hidden.id).department_id = other.id
    with hookdesk_app.test_request_context():
        assert [item.label for item in palette.items(agent, "printer")] == [ticket.subject]
    hookdesk_client.sign_in(agent)
    page = hookdesk_client.get("/agent/search/suggest?q=grac").get_data(as_text=True)
    assert "<mark>Grace</mark> Hopper" in page
    assert "requester-" in page
    assert "HIDDEN" not in hookdesk_client.get("/agent/search/suggest?q=printer").get_data(as_text=True)
    results = hookdesk_client.get("/agent/search/?q=printer&order=best").get_data(as_text=True)
    assert "A CANARY <mark>printer</mark>" in results
    assert "HIDDEN" not in results


OPEN_HIGH = {
    "version": 1,
    "mode": "all",
    "parts": [{"field": "priority", "operator": "is", "value": 2}],
}


def test_an_advanced_search_joins_words_and_conditions(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: MakeTicket, make_agent: MakeAgent
) -> None:
    """Its results are a list of the desk: tickets lead back to it, and it can be changed as a whole. The guard holds for all of it."""
    agent = make_agent()
    made = [make_ticket(subject=f"{word} printer") for word in ("FIRST", "SECOND", "HIDDEN")]
    with hookdesk_app.app_context():
        high = reading().scalar(select(Priority.id).where(Priority.key == "high"))
        for ticket in made[1:]:
            tickets.set_priority(system(), ticket.id, high)
        missing.index()
        with unit_of_work() as session:
            session.add(other := Department(name="Secret"))
            session.flush()
            session.get_one(Ticket, made[2].id).department_id = other.id
    asked = {**OPEN_HIGH, "parts": [{**OPEN_HIGH["parts"][0], "value": high}]}
    hookdesk_client.sign_in(agent)
    for words in ("printer", ""):
        page = hookdesk_client.get("/agent/search/", query_string={"q": words, "conditions": json.dumps(asked)})
        text = page.get_data(as_text=True)
        assert "SECOND" in text, words
        assert "FIRST" not in text
        assert "HIDDEN" not in text
    assert "Priority is High" in text
    with hookdesk_app.test_request_context():
        found = lists.made("printer", asked)
        again = lists.of_key(agent, found.key)
        assert again == found
        page = listing.page(agent, "", listing.NEWEST, *again.conditions(agent), is_listed=again.is_listed)
        assert [row.id for row in page.rows] == [made[1].id]
        for odd in ("search-", "search-AAAA", "search-" + "A" * 5000, "mine"):
            assert lists.of_key(agent, odd) is None
    odd = hookdesk_client.get("/agent/search/", query_string={"q": "printer", "conditions": "{"}, follow_redirects=True)
    assert "cannot be read" in odd.get_data(as_text=True)


@pytest.fixture
def postgres_app(fresh_postgres_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The same plugin on PostgreSQL."""
    config = Config(instance=tmp_path, database_url=fresh_postgres_url, secret_key="-" * 20, testing=True)
    migrate.upgrade_core(config)
    folder = discover()["search"].migrations
    assert folder is not None
    migrate.upgrade(config.database, "search", folder)
    db = Database(config.database)
    with db.write() as session:
        for slug in ("desk", "search"):
            session.add(PluginState(slug=slug, is_enabled=True, updated_at=clock.now()))
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
        assert missing.index() == 1
    for words in ("print", "burning printer", "ubergabe", "Übergabe", "求書", "grace", '"grace@example"', "example"):
        assert len(found(postgres_app, words)) == 1, words
    with postgres_app.app_context():
        assert len(reading().all(listing.matches("printer", by_rank=True))) == 1
    for words in ("flooding", "'", "&", "!(", ""):
        assert found(postgres_app, words) == [], words


def test_postgresql_reads_a_few_of_the_newest_or_asks_the_index(postgres_app: Flask) -> None:
    """For a rare word it would read all documents from the newest on, if it could have them in that order."""
    with postgres_app.app_context():
        for place in range(5):
            sent = InboundMessage(
                channel="portal", sender_address="grace@example.org", subject=f"Printer {place}", text="-"
            )
            intake.submit(sent, ANONYMOUS)
        assert missing.index() == 5
        every, soon = listing.matches("printer"), listing.matches("printer", soon=1)
        assert every is not None
        assert soon is not None
        ids = list(reading().scalars(every))
        assert ids == sorted(ids, reverse=True)
        assert len(ids) == 5
        assert len(list(reading().scalars(soon))) == 1
        old = listing.matches('"printer 0"', soon=1)
        assert old is not None
        assert reading().all(old) == [], "more than twice as many are newer"
        with site().db.engine.connect() as connection:
            connection.exec_driver_sql("SET enable_seqscan TO off")
            asked = every.compile(connection)
            plan = "".join(connection.exec_driver_sql(f"EXPLAIN {asked}", asked.params).scalars())
    assert "p_search__document_all" in plan
    assert "pk_p_search__document" not in plan
