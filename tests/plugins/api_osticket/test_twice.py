"""`Idempotency-Key`: the same call twice makes one ticket."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from tests.plugins.api_osticket.conftest import TICKET, Program
from werkzeug.test import TestResponse

from hookdesk.api import Ticket, User, reading, transact
from hookdesk.testing.instances import Clock

pytestmark = pytest.mark.plugins("api_osticket", "storage_fs", "email_in")
NAME = "order-4711"


def tickets(app: Flask) -> int:
    with app.app_context():
        return int(reading().scalar(select(func.count()).select_from(Ticket)))


def post(program: Program, name: str = NAME, **changes: Any) -> TestResponse:
    body = program.app.json.dumps({**TICKET, **changes})
    return program.post("/api/tickets.json", body, Idempotency_Key=name)


def test_the_same_call_is_answered_as_the_first_time(program: Program, hookdesk_app: Flask) -> None:
    first, again = post(program), post(program)
    assert first.status_code == again.status_code == 201
    assert first.text == again.text
    assert first.content_type == again.content_type
    assert tickets(hookdesk_app) == 1


def test_another_body_or_format_under_the_same_name_is_refused(program: Program, hookdesk_app: Flask) -> None:
    post(program)
    assert post(program, subject="Something else").status_code == 422
    assert program.post("/api/tickets.xml", hookdesk_app.json.dumps(TICKET), Idempotency_Key=NAME).status_code == 422
    assert tickets(hookdesk_app) == 1


def test_another_name_no_name_and_another_key_make_tickets_of_their_own(
    program: Program, hookdesk_app: Flask, make_key: Callable[..., str]
) -> None:
    answers = [post(program), post(program, "order-4712"), program.json(), program.json()]
    answers.append(post(Program(hookdesk_app, make_key(name="Another"))))
    assert len({answer.text for answer in answers}) == tickets(hookdesk_app) == 5


def test_a_refusal_is_repeated_too(program: Program, hookdesk_app: Flask) -> None:
    post(program, "first")
    with hookdesk_app.app_context():
        transact(
            lambda session: setattr(session.scalars(select(User).order_by(User.id.desc())).first(), "is_banned", True)
        )
    denied = post(program)
    with hookdesk_app.app_context():
        transact(
            lambda session: setattr(session.scalars(select(User).order_by(User.id.desc())).first(), "is_banned", False)
        )
    assert (denied.status_code, post(program).status_code, post(program).text) == (403, 403, denied.text)


def test_after_a_day_the_name_is_free(program: Program, hookdesk_app: Flask, clock: Clock) -> None:
    first = post(program)
    clock.advance(hours=23)
    assert post(program).text == first.text
    clock.advance(hours=2)
    assert post(program, subject="Something else").status_code == 201
    assert tickets(hookdesk_app) == 2


def test_calls_at_the_same_moment_make_one_ticket(program: Program, hookdesk_app: Flask) -> None:
    together = Barrier(4)

    def call(_n: int) -> TestResponse:
        together.wait()
        return post(program)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, range(4)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert tickets(hookdesk_app) == 1


def test_a_call_that_died_before_its_answer_makes_no_second_ticket(
    program: Program, hookdesk_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hookdesk_api_osticket import claims

    monkeypatch.setattr(claims, "answered", lambda *_given: None)
    first = post(program)
    assert post(program).text == first.text
    assert tickets(hookdesk_app) == 1


def test_mail_is_taken_once_as_well(program: Program, hookdesk_app: Flask) -> None:
    mail = b"From: Grace <grace@example.org>\nSubject: Hi\n\nWithout date and id.\n"
    first, again = (program.post("/api/tickets.email", mail, Idempotency_Key=NAME) for _ in range(2))
    assert (first.status_code, first.text) == (again.status_code, again.text)
    assert tickets(hookdesk_app) == 1


def test_a_name_without_end_is_refused(program: Program) -> None:
    assert post(program, "x" * 256).status_code == 400
