"""The two evaluators of the condition language say the same, and what is loaded is checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, String, Table, insert, select

from hookdesk.criteria import CriteriaProblem, dump, load, matches, where
from hookdesk.criteria.fields import OPERATORS
from hookdesk.db.engine import make_engine
from hookdesk.models import UTCDateTime
from hookdesk.types.criteria import Comparison, Field, FieldType, Group, Mode, Operator

TABLE = Table(
    "probe",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("subject", String(100)),
    Column("channel", String(20), nullable=False),
    Column("assignee", Integer),
    Column("entries", Integer),
    Column("answered", Boolean, nullable=False),
    Column("created", UTCDateTime),
)
TYPES = {
    "subject": FieldType.TEXT,
    "channel": FieldType.CHOICE,
    "assignee": FieldType.CHOICE,
    "entries": FieldType.NUMBER,
    "answered": FieldType.BOOLEAN,
    "created": FieldType.MOMENT,
}
FIELDS = {name: Field(name, name.title(), kind, TABLE.c[name], name) for name, kind in TYPES.items()}
WORDS = st.text("aAbB %_\\éÉжЖ'\"", max_size=5)
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 5).map(lambda days: START + timedelta(days=days))
SINGLE: dict[str, st.SearchStrategy[Any]] = {
    "subject": WORDS.filter(bool),
    "channel": st.sampled_from(["web", "Email", "phone"]),
    "assignee": st.integers(1, 3),
    "entries": st.integers(0, 4),
    "answered": st.booleans(),
    "created": MOMENTS,
}


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """Any comparison that a form could hold."""
    name = draw(st.sampled_from(sorted(TYPES)))
    operator = draw(st.sampled_from(sorted(OPERATORS[TYPES[name]])))
    if operator in (Operator.IS_EMPTY, Operator.IS_NOT_EMPTY):
        return Comparison(name, operator)
    if operator is Operator.IN:
        return Comparison(name, operator, tuple(draw(st.lists(SINGLE[name], max_size=3))))
    return Comparison(name, operator, draw(SINGLE[name]))


GROUPS = st.recursive(
    st.builds(Group, st.sampled_from(Mode), st.lists(comparisons(), max_size=3).map(tuple)),
    lambda inner: st.builds(Group, st.sampled_from(Mode), st.lists(inner | comparisons(), max_size=3).map(tuple)),
    max_leaves=6,
)
ROWS = st.fixed_dictionaries(
    {
        "subject": st.none() | WORDS,
        "channel": SINGLE["channel"],
        "assignee": st.none() | SINGLE["assignee"],
        "entries": st.none() | SINGLE["entries"],
        "answered": st.booleans(),
        "created": st.none() | MOMENTS,
    }
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def connection(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A database of each kind with the probe table."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('criteria') / 'probe.db'}"
    engine = make_engine(url)
    TABLE.metadata.create_all(engine)
    with engine.connect() as opened:
        yield opened
    TABLE.metadata.drop_all(engine)
    engine.dispose()


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(group=GROUPS, row=ROWS)
def test_both_evaluators_agree(connection: Connection, group: Group, row: dict[str, Any]) -> None:
    """What Python says of a draft, SQL says of the stored row."""
    connection.execute(TABLE.delete())
    connection.execute(insert(TABLE).values(id=1, **row))
    stored = connection.execute(select(TABLE.c.id).where(where(group, FIELDS))).first() is not None
    assert stored == matches(group, row)


@settings(max_examples=100, deadline=None)
@given(group=GROUPS)
def test_json_form_round_trips(group: Group) -> None:
    """A condition survives being stored as JSON."""
    assert load(json.loads(json.dumps(dump(group))), FIELDS) == group


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"field": "colour", "operator": "is", "value": "red"}, "no field 'colour'"),
        ({"field": "subject", "operator": "less", "value": "a"}, "cannot be compared by 'less'"),
        ({"field": "entries", "operator": "more", "value": "many"}, "no value for Entries"),
        ({"field": "created", "operator": "before", "value": "2026-01-01T00:00:00"}, "no value for Created"),
        ({"field": "subject", "operator": "contains", "value": "x" * 2000}, "no value for Subject"),
        ({"field": "created", "operator": "before", "value": "0001-01-01T00:00:00+14:00"}, "no value for Created"),
        ({"field": "entries", "operator": "more", "value": 2**40}, "no value for Entries"),
        ({"field": "entries", "operator": "more", "value": float("nan")}, "no value for Entries"),
        ({"field": "assignee", "operator": "is", "value": "3"}, "no value for Assignee"),
        ({"field": "assignee", "operator": "in", "value": [2**70]}, "no value for Assignee"),
        ({"field": "channel", "operator": "is", "value": 3}, "no value for Channel"),
        ("subject", "neither a group nor a comparison"),
    ],
)
def test_bad_conditions_say_what_is_wrong(part: Any, words: str) -> None:
    """A form or file with a mistake is refused with its place."""
    with pytest.raises(CriteriaProblem, match=words) as caught:
        load({"version": 1, "mode": "all", "parts": [part]}, FIELDS)
    assert "part 1" in str(caught.value)


def test_every_comparison_is_explained() -> None:
    """With findings, nothing is cut short: the trace shows the conditions that failed, too."""
    group = Group(Mode.ANY, (Comparison("subject", Operator.CONTAINS, "fire"), Comparison("entries", Operator.MORE, 3)))
    findings: list[Any] = []
    assert matches(group, {"subject": "Printer on FIRE", "entries": 1}, findings)
    assert [(found.field, found.result) for found in findings] == [("subject", True), ("entries", False)]
