"""Every field of the site and every operator that it has: Python and SQL agree about tickets that came in by the usual road."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import Form

from hookdesk.criteria import (
    OPERATORS,
    DraftValues,
    core_fields,
    dump,
    is_in_sql,
    known_fields,
    load,
    matches,
    narrowed,
    sentence,
    stored_values,
    where,
)
from hookdesk.db.context import reading
from hookdesk.models import Ticket
from hookdesk.types.criteria import ALONE, LISTED, NEGATED, Comparison, Field, FieldType, Group, Mode, Operator
from hookdesk.types.drafts import TicketDraft
from hookdesk.types.intake import InboundFile, InboundMessage
from hookdesk.web.conditions import ConditionsField

pytestmark = pytest.mark.plugins("storage_fs")
BOTH_DATABASES = True
FILE = InboundFile("Rechnung 7.pdf", "application/pdf", b"%PDF-1.4 x")


@pytest.fixture
def tickets(hookdesk_app: Flask, make_ticket: Callable[..., Ticket]) -> list[int]:
    """Three tickets that differ in what can differ."""
    made = [
        make_ticket(subject="Rechnung 7", text="Bitte HEUTE noch.", email="Ada@vip.example", name="Ada", files=(FILE,)),
        make_ticket(subject="100% of_it", text="A printer, É", email="bo@mail.example", name="Bo", channel="email"),
        make_ticket(subject="x", text="y", email="ada@vip.example", name="Ada L."),
    ]
    return [ticket.id for ticket in made]


def operands(field: Field, operator: Operator, seen: list[Any]) -> list[Any]:
    """Values to compare with: those that stand on the tickets, parts of them, and one that none has."""
    if operator in ALONE:
        return [None]
    if field.type is FieldType.BOOLEAN:
        return [True, False]
    others: dict[FieldType, Any] = {FieldType.TEXT: "nowhere", FieldType.NUMBER: 2}
    values = [*seen, others[field.type]] if field.type in others else [*seen]
    if NEGATED.get(operator, operator) is Operator.MATCHES:
        return ["^r.*7", "É|e$", r"\d+%", "(a|x)+"]
    if field.type is FieldType.TEXT:
        values += [value[:2] for value in values] + [value[-2:] for value in values]
    return [tuple(values[:2])] if operator in LISTED and values else values


@pytest.fixture
def context(hookdesk_app: Flask) -> Iterator[None]:
    """An application context for the whole test."""
    with hookdesk_app.app_context():
        yield


@pytest.mark.usefixtures("context")
def test_where_and_matches_agree_on_every_field(tickets: list[int]) -> None:
    """Also inside a group that negates."""
    fields = {name: field for name, field in known_fields().items() if field.column is not None}
    stored = stored_values(tickets, fields)
    assert set(stored) == set(tickets)
    for name, field in fields.items():
        given = [stored[ticket_id][name] for ticket_id in tickets]
        flat = [item for value in given for item in (value if isinstance(value, tuple) else (value,))]
        seen = [item for item in dict.fromkeys(flat) if item not in (None, "")]
        for operator in OPERATORS[field.type]:
            for value in operands(field, operator, seen):
                for mode in (Mode.ALL, Mode.NONE):
                    group = Group(mode, (Comparison(name, operator, value),))
                    expected = {ticket_id for ticket_id in tickets if matches(group, stored[ticket_id])}
                    condition = where(group, fields) if is_in_sql(group, fields) else narrowed(group, fields)
                    found = set(reading().scalars(select(Ticket.id).where(condition)))
                    assert found >= expected, (name, operator, value)
                    assert found == expected or not is_in_sql(group, fields), (name, operator, value)


@pytest.mark.usefixtures("context")
def test_a_ticket_keeps_what_its_draft_said(tickets: list[int]) -> None:
    """What a rule compares when a ticket is opened is what a dry run compares afterwards."""
    message = InboundMessage(
        channel="portal", sender_address="ada@vip.example", sender_name="Ada", subject="Rechnung 7", text="Bitte HEUTE noch.",
        files=(FILE,), to=("help@hookdesk.example",), headers=(("X-Priority", "1"),),
    )  # fmt: skip
    fields = {field.name: field for field in core_fields()}
    values = DraftValues(TicketDraft(message, message.subject, None, "portal"), fields)
    stored = stored_values(tickets[:1], fields)[tickets[0]]
    for name in ("subject", "body", "sender", "filename", "email", "channel"):
        assert values[name] == stored[name]
    assert values["recipients"] == ("help@hookdesk.example",)
    assert values["header"] == ("X-Priority: 1",)
    assert values["department"] is None
    assert len(values) == len(list(values)) == len(fields)


@pytest.mark.usefixtures("context")
def test_conditions_are_told_in_words() -> None:
    """As lists and diffs show them."""
    fields = known_fields()
    parts = (
        Comparison("subject", Operator.CONTAINS_ANY, ("invoice", "bill")),
        Group(
            Mode.ANY,
            (Comparison("channel", Operator.IS, "email"), Comparison("answered", Operator.IS, True)),
        ),
        Comparison("sender", Operator.IS_EMPTY),
    )
    said = sentence(Group(Mode.ALL, parts), fields, {"channel": {"email": "E-mail"}})
    assert sentence(Group(Mode.NONE, parts[:1]), fields, {}).startswith("none of: Subject contains any of")
    assert sentence(Group(Mode.ALL), fields, {}) == "always"
    assert said == (
        "Subject contains any of “invoice”, “bill” and (Channel is E-mail or Answered is yes) and Sender's name is empty"
    )


def test_conditions_are_told_in_the_readers_language(hookdesk_app: Flask) -> None:
    """Also the words between them, and how many more values there are."""
    words = tuple("abcdef")
    group = Group(
        Mode.ALL, (Comparison("subject", Operator.CONTAINS_ANY, words), Comparison("body", Operator.IS_EMPTY))
    )
    with hookdesk_app.app_context(), force_locale("de"):
        said = sentence(group, known_fields(), {})
    assert said == "Betreff enthält eines von „a“, „b“, „c“, „d“ und 2 weitere und Text ist leer"


class EditForm(Form):
    """A form with the editor."""

    conditions = ConditionsField("Conditions")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("{", "they are no JSON"),
        ("[1]", "they are no group"),
        ("[" * 100_000, "they are no JSON"),
        ("{}" + " " * 400_000, "too long"),
        (
            '{"version": 1, "mode": "all", "parts": [{"field": "gone", "operator": "is", "value": 1}]}',
            "no field “gone”",
        ),
    ],
)
def test_the_editor_says_what_is_wrong_and_keeps_what_was_sent(hookdesk_app: Flask, sent: str, words: str) -> None:
    """Nothing that somebody wrote is lost over a mistake."""
    with hookdesk_app.test_request_context():
        form = EditForm(MultiDict({"conditions": sent}))
        assert not form.validate()
        assert words in form.conditions.errors[0]
        assert form.conditions._value() == sent


def test_the_editor_reads_and_shows_conditions(hookdesk_app: Flask) -> None:
    """And offers choices by their names; a choice without choices is not offered."""
    with hookdesk_app.test_request_context():
        data = {"version": 1, "mode": "any", "parts": [{"field": "subject", "operator": "matches", "value": "a+"}]}
        form = EditForm(MultiDict({"conditions": json.dumps(data)}))
        assert form.validate()
        assert form.conditions.data == load(data, known_fields())
        assert json.loads(EditForm(data={"conditions": form.conditions.data}).conditions._value()) == data
        assert json.loads(EditForm().conditions._value()) == dump(Group(Mode.ALL))
        offered = {field["name"]: field for field in form.conditions.description_of_fields()["fields"]}
        assert "requester" not in offered
        assert "normal" in [label.lower() for _value, label in offered["priority"]["choices"]]
