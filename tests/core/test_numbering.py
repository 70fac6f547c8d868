"""Public numbers of tickets: counted or drawn, never twice, in whatever format a plugin asks for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import (
    ANONYMOUS,
    InboundMessage,
    NumberFormat,
    Outcome,
    Ticket,
    TicketDraft,
    counters,
    intake,
    reading,
    release,
    transact,
)
from hookdesk.plugins.caller import Implementation
from hookdesk.services import numbering

BOTH_DATABASES = True
AT_ONCE = 8


def give(app: Flask, form: NumberFormat | None) -> None:
    """Let a made-up plugin ask for that format."""

    def filtered(draft: TicketDraft) -> TicketDraft:
        return draft.replace(number=form)

    app.extensions["hookdesk"].hooks.install("ticket_filter", [Implementation("numbers", filtered, ("draft",))])


def open_one(_: Any = None) -> Outcome:
    return intake.submit(InboundMessage("portal", "grace@example.org", "Grace", "Fire", "It burns"), ANONYMOUS).outcome


def numbers() -> list[str]:
    release()
    return list(reading().scalars(select(Ticket.number).order_by(Ticket.id)))


@pytest.mark.parametrize(
    ("pattern", "digits", "number"),
    [
        ("#", "7", "7"),
        ("TT-######", "12", "TT-000012"),
        ("TT-##", "12345", "TT-12345"),
        ("##-##-X", "12345", "12-345-X"),
        ("A#B#C", "1", "A0B1C"),
    ],
)
def test_a_pattern_is_filled_from_the_right_and_keeps_what_is_left_over(pattern: str, digits: str, number: str) -> None:
    assert NumberFormat(pattern).filled(digits) == number


@pytest.mark.parametrize(
    "bad", [{"pattern": "TT"}, {"pattern": "#" * 21}, {"pattern": "#", "step": 0}, {"pattern": "#", "padding": ""}]
)
def test_what_makes_no_numbers_is_refused_where_it_is_made(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="makes no ticket numbers"):
        NumberFormat(**bad)


def test_a_counter_begins_where_it_is_told_and_goes_in_steps(hookdesk_app: Flask) -> None:
    give(hookdesk_app, NumberFormat("S-###", "seldom", step=5, start=10, padding="x"))
    with hookdesk_app.app_context():
        for _ in range(3):
            open_one()
        assert numbers() == ["S-x10", "S-x15", "S-x20"]


def test_a_number_that_a_ticket_has_is_passed(hookdesk_app: Flask) -> None:
    """Also a long stretch of them, as after an import; and core's own counting does the same once the plugin is off."""
    give(hookdesk_app, NumberFormat("#", "mine", start=9999))
    with hookdesk_app.app_context():
        for _ in range(4):
            open_one()
        give(hookdesk_app, None)
        open_one()
        give(hookdesk_app, NumberFormat("#", "yours", start=10_001))
        open_one()
        assert numbers() == ["9999", "10000", "10001", "10002", "10003", "10004"]


def test_a_long_stretch_of_taken_numbers_is_passed_in_strides(
    hookdesk_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbering, "TRIES", 2)
    give(hookdesk_app, NumberFormat("#", "first"))
    with hookdesk_app.app_context():
        for _ in range(9):
            open_one()
        give(hookdesk_app, NumberFormat("#", "second"))
        open_one()
        assert int(numbers()[-1]) in range(10, 20)


def test_random_digits_grow_when_all_are_given(hookdesk_app: Flask) -> None:
    give(hookdesk_app, NumberFormat("R#"))
    with hookdesk_app.app_context():
        for _ in range(12):
            assert open_one() is Outcome.TICKET
        found = numbers()
    assert len(set(found)) == 12
    assert {len(number) for number in found} <= {2, 3}
    assert not [number for number in found if number[1] == "0"]


@pytest.mark.parametrize(
    "form", [NumberFormat("TT-####", "tt", step=3), NumberFormat("R-###"), NumberFormat("#", "new")]
)
def test_many_at_once_get_numbers_without_gaps_and_doubles(hookdesk_app: Flask, form: NumberFormat) -> None:
    give(hookdesk_app, form)
    barrier = Barrier(AT_ONCE)

    def run(_: int) -> list[Outcome]:
        with hookdesk_app.app_context():
            barrier.wait(30)
            return [open_one() for _ in range(4)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(run, range(AT_ONCE))) == [[Outcome.TICKET] * 4] * AT_ONCE
    with hookdesk_app.app_context():
        found = numbers()
        assert len(set(found)) == 4 * AT_ONCE
        if form.counter:
            wanted = [form.filled(str(1 + place * form.step)) for place in range(4 * AT_ONCE)]
            assert sorted(found) == sorted(wanted)


def test_a_ticket_that_fails_leaves_no_gap(hookdesk_app: Flask) -> None:
    give(hookdesk_app, NumberFormat("#", "mine"))
    with hookdesk_app.app_context():
        open_one()
        with pytest.raises(ZeroDivisionError):
            transact(lambda session: [numbering.give(session, NumberFormat("#", "mine")), 1 / 0])
        open_one()
        assert numbers() == ["1", "2"]


def test_a_counter_is_never_set_back(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        assert counters.current("mine") is None
        for value, taken in ((5, True), (4, False), (5, True), (9, True)):
            assert transact(lambda session, value=value: counters.advance(session, "mine", value)) is taken
        assert counters.current("mine") == 9
        assert transact(lambda session: counters.increase(session, "mine")) == 10
