"""What is kept of the site's set-up is never older than the last change that its process can know of."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import Team, cached, log, reading, release, site, system, transact


@pytest.fixture(autouse=True)
def here(hookdesk_app: Flask) -> Iterator[None]:
    """Within the application."""
    with hookdesk_app.app_context():
        yield


def names() -> list[str]:
    """Something of the set-up."""
    return cached("test.teams", lambda: list(reading().scalars(select(Team.name).order_by(Team.id))))


def add(name: str) -> None:
    """A change of the set-up, told as such."""

    def work(session: Session) -> None:
        session.add(Team(name=name))
        log.changed(session, system(), "team", name, {}, act="created")

    transact(work)


def test_it_is_read_once_until_something_changes() -> None:
    before = names()
    assert names() is before
    add("Night shift")
    assert names() == [*before, "Night shift"]


def test_a_change_of_settings_is_one_too() -> None:
    before = names()
    transact(lambda session: session.add(Team(name="Untold")))
    assert names() is before
    transact(lambda session: log.changed(session, system(), "settings", "core", {}))
    assert names() == [*before, "Untold"]


def test_what_an_older_transaction_saw_is_not_taken_for_new(hookdesk_app: Flask) -> None:
    """The change is committed, and known, while a read transaction that began before is still open."""
    before = list(reading().scalars(select(Team.name)))

    def other() -> None:
        with hookdesk_app.app_context():
            add("Night shift")

    thread = Thread(target=other)
    thread.start()
    thread.join()
    site().settings.forget()
    assert names() == before
    release()
    assert names() == [*before, "Night shift"]


def test_what_is_not_committed_is_not_kept() -> None:
    before = names()

    def work(session: Session) -> None:
        session.add(Team(name="Never"))
        session.flush()
        assert cached("test.others", lambda: list(reading().scalars(select(Team.name))))[-1] == "Never"
        raise LookupError

    with pytest.raises(LookupError):
        transact(work)
    assert cached("test.others", lambda: list(reading().scalars(select(Team.name)))) == before
