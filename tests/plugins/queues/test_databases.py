"""Every queue, order and quick filter is asked on both databases: none of them may be SQL that one does not know. So is the question for
news."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from hookdesk.api import Actor, Ticket, TicketEvent, listing, reading, release, transact
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing import Clock
from hookdesk.testing.instances import SECRET, end, prepare
from hookdesk_desk import news
from hookdesk_queues import lists, quick, sorting

PLUGINS = ("queues", "desk", "sla", "forms", "storage_fs")
pytestmark = [pytest.mark.requires(*PLUGINS)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def hookdesk_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A site on each database."""
    url = request.getfixturevalue("fresh_postgres_url") if request.param == "postgresql" else ""
    config = Config(instance=tmp_path, database_url=url, secret_key=SECRET, testing=True)
    prepare(config, discover(), list(PLUGINS))
    app = create_app(config)
    yield app
    end(app)


def test_queues_orders_and_filters_run_on_every_database(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    ada, admin = make_agent("ada"), make_agent("root", is_admin=True)
    made = [make_ticket(subject).id for subject in ("b", "A", "c")]
    with hookdesk_app.test_request_context("/agent/"):
        for actor in (ada, admin):
            found = lists.of(actor)
            assert found is not None
            for queue in found.queues:
                where = queue.conditions(actor)
                shown = listing.page(actor, queue.state, listing.NEWEST, *where, is_listed=queue.is_listed).rows
                assert len(shown) == listing.count(actor, queue.state, *where), queue.key
                bounded = listing.page(actor, queue.state, listing.NEWEST, *where, is_bounded=True).rows
                assert bounded == shown, queue.key
            for name, _label in sorting.sortable():
                for direction in ("", "-"):
                    order = sorting.order(f"by:{direction}{name}")
                    assert order is not None
                    page = listing.page(actor, "", order, size=2)
                    assert page.next is not None, name
                    rest = listing.page(actor, "", order, after=page.next, size=2, is_bounded=True)
                    assert {row.id for row in (*page.rows, *rest.rows)} == set(made), name
            for name, _label in quick.offered():
                menu = quick.menu(name, actor)
                for value, _words in menu.choices if menu else ():
                    listing.page(actor, "open", listing.NEWEST, menu.condition(actor, value))  # type: ignore[union-attr]  # there is one
        subjects = listing.page(ada, "open", sorting.order("by:subject") or listing.NEWEST).rows
    assert [row.subject for row in subjects] == ["A", "b", "c"]


def test_a_change_is_news_though_a_later_one_was_committed_before_it(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket], clock: Clock
) -> None:
    ada, ticket = make_agent("ada"), make_ticket()
    clock.advance(minutes=1)
    with hookdesk_app.test_request_context("/agent/"):
        assert not news.is_there(ada, news.known())
        _happened(1002, ticket, clock.now)
        since = news.known()
        release()
        if reading().dialect == "sqlite":  # which has one writer at a time
            assert not news.is_there(ada, since)
            return
        _happened(1001, ticket, clock.now)
        assert news.is_there(ada, since)
        clock.advance(minutes=1)
        assert not news.is_there(ada, news.known())


def _happened(event_id: int, ticket: Ticket, at: datetime) -> None:
    """One more change of a ticket, with an id that another transaction was given earlier or later."""
    happened = TicketEvent(id=event_id, ticket_id=ticket.id, kind="answered", actor="Bo", data={}, created_at=at)
    transact(lambda session: session.add(happened))
    release()
