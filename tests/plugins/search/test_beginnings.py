"""The last word may be the beginning of one, however many begin like it; and a page looks no further back than it must."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event

from hookdesk.api import Actor, Department, Ticket, listing, reading, site, unit_of_work
from hookdesk_search import backends, beginnings, finding, missing, services

pytestmark = pytest.mark.plugins("search", "storage_fs")
MakeTicket = Callable[..., Ticket]
MakeAgent = Callable[..., Actor]

TEXTS = (
    "order",
    "Orders and PRINTERS",
    "ordered again",
    "an orderly print",
    "Größe 42",
    "border",
    "größer",
    "print orders",
)
TYPED = (
    "o",
    "or",
    "order",
    "ORDERS",
    "orderl",
    "orderz",
    "print",
    "print order",
    "größe",
    "gross",
    "4",
    '"an order"',
    "zz",
    "z",
)


def texts(words: str) -> list[str]:
    """The texts of what is found, newest first."""
    matching = listing.matches(words)
    assert matching is not None
    ids = reading().scalars(matching).all()
    return [TEXTS[place - 1] for place in ids]


@pytest.mark.parametrize("most", [0, 2, beginnings.MOST])
def test_words_one_by_one_find_what_their_beginning_finds(
    hookdesk_app: Flask, make_ticket: MakeTicket, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """With 0, FTS5 is left alone with the beginning."""
    for words in TEXTS:
        make_ticket(subject=words, text="-", name="Q", email="q@x.test")
    monkeypatch.setattr(beginnings, "MOST", most)
    with hookdesk_app.app_context():
        missing.index()
        found = {words: texts(words) for words in TYPED}
    expected = {
        "order": [*TEXTS[7:8], *reversed(TEXTS[:4])],
        "ORDERS": ["print orders", "Orders and PRINTERS"],
        "orderl": ["an orderly print"],
        "print order": ["print orders", "an orderly print"],
        "größe": ["größer", "Größe 42"],
        "4": ["Größe 42"],
        '"an order"': ["an orderly print"],
        "zz": [],
    }
    assert {words: found[words] for words in expected} == expected
    assert found["o"] == found["or"] == found["order"]
    assert found["print"] == ["print orders", "an orderly print", "Orders and PRINTERS"]


def test_a_common_word_is_asked_for_by_itself(hookdesk_app: Flask, make_ticket: MakeTicket) -> None:
    """FTS5 joins the whole lists of what begins alike, before it tells the newest; each single list it reads from its end."""
    make_ticket(subject="order orders ordered reorder")
    with hookdesk_app.app_context():
        missing.index()
        assert beginnings.words("Order") == ["order", "ordered", "orders"]
        assert beginnings.words("größe") == (), "only FTS5 knows how it folds these"
        matching = listing.matches("order")
    assert matching is not None
    [asked] = [value for value in matching.compile().params.values() if isinstance(value, str)]
    assert asked == '("order" OR "ordered" OR "orders")'


def test_a_page_looks_no_further_back_than_it_must(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent
) -> None:
    """Four pages of the newest matches, and all of them only if the agent may see too few of those."""
    agent, size = make_agent(), 1
    mine = [make_ticket() for _ in range(2)]
    with hookdesk_app.app_context():
        with unit_of_work() as session:
            other = Department(name="Of others")
            session.add(other)
            session.flush()
            other_id = other.id
        missing.index()
        assert looked_at(agent, size) == ([mine[1].id], [finding.SOON])
    theirs = [make_ticket() for _ in range(finding.SOON)]
    with hookdesk_app.app_context():
        with unit_of_work() as session:
            for ticket in theirs:
                session.get_one(Ticket, ticket.id).department_id = other_id
        services.index([ticket.id for ticket in theirs])
        assert looked_at(agent, size) == ([mine[1].id], [finding.SOON, backends.MOST])


def looked_at(agent: Actor, size: int) -> tuple[list[int], list[int]]:
    """The page, and how many matches each question was bounded to."""
    bounds: list[int] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: tuple[object, ...], *_: object) -> None:
        if "MATCH" in statement:
            bounds.append(next(one for one in parameters if isinstance(one, int) and one >= finding.SOON))

    event.listen(site().db.engine, "before_cursor_execute", note)
    try:
        found = finding.find(agent, finding.Asked("printer"), size)
    finally:
        event.remove(site().db.engine, "before_cursor_execute", note)
    return [row.id for row in found.rows], bounds
