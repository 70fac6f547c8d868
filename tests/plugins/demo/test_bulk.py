"""Tickets in bulk: what is written past the services must be what they would have written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hookdesk.api import (
    Attachment,
    Decision,
    InboundMessage,
    IntakeRecord,
    OutboxEvent,
    ReplyDraft,
    RunningHooks,
    Status,
    ThreadEntry,
    Ticket,
    TicketEvent,
    attachments,
    intake,
    reading,
    release,
    site,
    system,
    threads,
)
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing import Client
from hookdesk.testing.instances import SECRET, Instances, end, prepare
from hookdesk_demo import bulk
from hookdesk_demo.cli import seed

TICKETS = 120
PLUGINS = ("desk", "search", "storage_fs", "topics")
OF_A_TICKET = (ThreadEntry, IntakeRecord, Decision, TicketEvent)
FILLED_LATER = {"id", "intake_id", "raw", "meta"}
"""Differ by nature: ids, and how the raw message stands in the record."""


def quiet(line: str) -> None:
    """Takes what a command would print."""


@pytest.fixture(scope="module")
def seeded(
    hookdesk_instances: Instances, tmp_path_factory: pytest.TempPathFactory, plugins_off: frozenset[str]
) -> Iterator[Flask]:
    """A site with made-up tickets."""
    app = create_app(hookdesk_instances.copy(PLUGINS, tmp_path_factory.mktemp("seeded") / "i", plugins_off))
    app.test_client_class = Client
    with app.app_context():
        assert seed(tickets=TICKETS, seed=5, demo=False, force=False, say=quiet) == ""
    yield app
    end(app)


@pytest.fixture
def inside(seeded: Flask) -> Iterator[Flask]:
    """An application context on that site."""
    with seeded.app_context():
        yield seeded


def count(model: type, *conditions: object) -> int:
    return int(reading().scalar(select(func.count()).select_from(model).where(*conditions)))  # type: ignore[arg-type]  # conditions


@pytest.mark.usefixtures("inside")
@pytest.mark.requires("search", "storage_fs")
class TestInvariants:
    """What holds on every site."""

    def test_each_ticket_counts_its_entries_and_files(self) -> None:
        assert count(Ticket) == TICKETS
        entries = select(func.count()).where(ThreadEntry.ticket_id == Ticket.id).scalar_subquery()
        files = select(func.count()).where(Attachment.ticket_id == Ticket.id).scalar_subquery()
        assert count(Ticket, Ticket.entry_count != entries) == 0
        assert count(Ticket, Ticket.attachment_count != files) == 0
        assert count(Attachment) > 0

    def test_numbers_are_unique_and_without_gaps(self) -> None:
        numbers = [int(number) for number in reading().scalars(select(Ticket.number))]
        assert sorted(numbers) == list(range(min(numbers), min(numbers) + TICKETS))

    def test_the_ledger_balances_and_each_record_names_its_entry(self) -> None:
        ledger = intake.ledger()
        assert ledger["received"] == sum(count for name, count in ledger.items() if name != "received")
        assert ledger["ticket"] == count(Ticket)
        assert ledger["received"] == count(ThreadEntry, ThreadEntry.kind == "message")
        joined = (
            select(func.count()).select_from(IntakeRecord).join(ThreadEntry, ThreadEntry.id == IntakeRecord.entry_id)
        )
        same = (ThreadEntry.intake_id == IntakeRecord.id) & (ThreadEntry.ticket_id == IntakeRecord.ticket_id)
        assert reading().scalar(joined.where(same)) == ledger["received"]

    def test_the_ticket_repeats_what_its_thread_says(self) -> None:
        newest = reading().all(
            select(Ticket.is_answered, Ticket.snippet, Ticket.last_activity_at, Ticket.created_at, ThreadEntry.kind,
                   ThreadEntry.text, ThreadEntry.created_at.label("at"))
            .join(ThreadEntry, ThreadEntry.ticket_id == Ticket.id)
            .where(ThreadEntry.kind != "note").order_by(Ticket.id, ThreadEntry.created_at)
        )  # fmt: skip
        last = {row.snippet + str(row.created_at): row for row in newest}
        for row in last.values():
            assert row.is_answered == (row.kind == "response")
            assert row.last_activity_at == row.at
            assert row.snippet == " ".join(row.text[:600].split())[:200]

    def test_closed_tickets_say_when_and_open_ones_do_not(self) -> None:
        assert count(Ticket, Ticket.state == "closed", Ticket.closed_at.is_(None)) == 0
        assert count(Ticket, Ticket.state == "open", Ticket.closed_at.is_not(None)) == 0
        states = select(Status.state).where(Status.id == Ticket.status_id).scalar_subquery()
        assert count(Ticket, Ticket.state != states) == 0
        assert count(Ticket, Ticket.state == "open") > 10

    def test_every_word_is_found_at_once(self) -> None:
        row = reading().first(select(Ticket.id, Ticket.subject).order_by(Ticket.id).limit(1))
        assert row is not None
        backend = site().hooks.collect(RunningHooks.search_backends)[0]
        assert row.id in set(reading().scalars(backend.matching("sqlite", row.subject, True)))
        release()
        assert backend.rebuild(10) == 0

    def test_files_can_be_read(self) -> None:
        row = reading().first(select(Attachment.sha256, Attachment.storage, Attachment.size).limit(1))
        assert row is not None
        assert sum(map(len, attachments.read(row.sha256, row.storage))) == row.size

    def test_nothing_waits(self) -> None:
        first_content = ("ticket_created", "intake_settled", "configuration_changed")
        assert count(OutboxEvent, OutboxEvent.name.not_in(first_content)) == 0


def test_rows_look_like_those_of_the_services(hookdesk_instances: Instances, tmp_path: Path) -> None:
    """A ticket that the services store, beside those that were made up: the same columns are filled in, the same lines are logged."""
    app = create_app(hookdesk_instances.copy((), tmp_path / "i"))
    with app.app_context():
        first = InboundMessage("portal", "same@example.org", subject="Same", text="Hello")
        made = intake.submit(first, system()).ticket_id
        release()
        threads.post(system(), ReplyDraft(made or 0, "response", "Hello yourself"))
        intake.submit(first.replace(text="Thanks", ticket_id=made), system())
        release()
        assert seed(tickets=40, seed=1, demo=False, force=True, say=quiet) == ""
        release()
        owners: dict[Any, Any] = {Ticket: Ticket.id, **{model: model.ticket_id for model in OF_A_TICKET}}
        for model, owner in owners.items():
            real = reading().first(select(model.__table__).where(owner == made))
            made_up = reading().first(select(model.__table__).where(owner != made))
            assert real is not None
            assert made_up is not None
            for name, value in made_up._mapping.items():
                if name not in FILLED_LATER and None not in (value, real._mapping[name]):
                    assert type(value) is type(real._mapping[name]), (model, name)
        lines = set(reading().scalars(select(TicketEvent.kind).where(TicketEvent.ticket_id == made)))
        assert lines == {"message", "created", "response"}
        assert lines < set(reading().scalars(select(TicketEvent.kind).where(TicketEvent.ticket_id != made)))
        made_number = int(reading().scalar(select(Ticket.number).where(Ticket.id == made)))
        release()
        following = intake.submit(first.replace(subject="One more"), system()).ticket_id
        release()
        assert reading().scalar(select(Ticket.number).where(Ticket.id == following)) == str(made_number + 41)
    end(app)


@pytest.mark.requires("desk", "search")
def test_the_desk_shows_them(seeded: Flask, make_admin: Callable[[Flask], Client]) -> None:
    client = make_admin(seeded)
    with seeded.app_context():
        numbers = list(reading().scalars(select(Ticket.number).order_by(Ticket.id.desc()).limit(15)))
    for path in (
        "/agent/",
        "/agent/queues/closed",
        "/agent/search/?q=order",
        *(f"/agent/tickets/{n}" for n in numbers),
    ):
        assert client.get(path).status_code == 200, path


def test_the_same_seed_makes_the_same_tickets(hookdesk_instances: Instances, tmp_path: Path) -> None:
    told = []
    for place in ("a", "b"):
        app = create_app(hookdesk_instances.copy((), tmp_path / place))
        with app.app_context():
            bulk.seed(40, 9, quiet)
            told.append(list(reading().scalars(select(Ticket.subject).order_by(Ticket.id))))
        end(app)
    assert told[0] == told[1]
    assert len(set(told[0])) > 20


def test_a_site_with_tickets_is_left_alone_unless_forced(inside: Flask) -> None:
    before = count(Ticket)
    assert "--force" in seed(tickets=10, seed=1, demo=False, force=False, say=quiet)
    assert count(Ticket) == before
    release()
    assert seed(tickets=10, seed=1, demo=False, force=True, say=quiet) == ""
    release()
    assert count(Ticket) == before + 10


def test_without_plugins_there_are_still_tickets(hookdesk_instances: Instances, tmp_path: Path) -> None:
    app = create_app(hookdesk_instances.copy((), tmp_path / "i"))
    with app.app_context():
        assert seed(tickets=30, seed=1, demo=False, force=False, say=quiet) == ""
        assert (count(Ticket), count(Attachment)) == (30, 0)
    end(app)


@pytest.mark.postgres
@pytest.mark.requires("search", "storage_fs", "topics")
def test_on_postgresql_ids_go_on_behind_the_seeded_ones(fresh_postgres_url: str, tmp_path: Path) -> None:
    config = Config(instance=tmp_path, database_url=fresh_postgres_url, secret_key=SECRET, testing=True)
    prepare(config, discover(), list(PLUGINS))
    app = create_app(config)
    with app.app_context():
        assert seed(tickets=60, seed=2, demo=False, force=False, say=quiet) == ""
        highest = reading().scalar(select(func.max(Ticket.id)))
        release()
        made = intake.submit(InboundMessage("portal", "new@example.org", subject="One more", text="Hello"), system())
        assert made.ticket_id == highest + 1
        release()
        assert seed(tickets=60, seed=2, demo=False, force=True, say=quiet) == ""
        release()
        assert count(Ticket) == 121
    end(app)
