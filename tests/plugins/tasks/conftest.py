"""Making tasks for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Department, Ticket, release, system, transact
from hookdesk_tasks import guard, making
from hookdesk_tasks.guard import TaskView
from hookdesk_tasks.making import NewTask


@pytest.fixture
def inside(hookdesk_app: Flask) -> Iterator[None]:
    """An application context."""
    with hookdesk_app.app_context():
        yield


@pytest.fixture
def make_task(inside: None) -> Callable[..., TaskView]:
    """`make_task("Order paper", actor=…, ticket_id=…)`: made, as the guard sees it."""

    def make(title: str = "Order paper", actor: Actor | None = None, **given: object) -> TaskView:
        number = making.make(actor or system("tests"), NewTask(title, **given))  # type: ignore[arg-type]  # a test may try anything
        return fresh(number)

    return make


@pytest.fixture
def hide(inside: None) -> Callable[[int], None]:
    """`hide(ticket_id)`: move a ticket to a department in which nobody works."""

    def moved(session: Session, ticket_id: int) -> None:
        place = Department(name="Elsewhere")
        session.add(place)
        session.flush()
        session.get_one(Ticket, ticket_id).department_id = place.id

    return lambda ticket_id: transact(lambda session: moved(session, ticket_id))


def fresh(number: str) -> TaskView:
    """A task as it is now."""
    release()
    return guard.access_task_number(system("tests"), number)
