"""The two evaluators of the condition language say the same, and what is loaded is checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, String, Table, insert, select

from hookdesk import clock
from hookdesk.criteria import (
    OPERATORS,
    PERIODS,
    CriteriaProblem,
    Folded,
    NotInSql,
    compiled,
    dump,
    is_in_sql,
    load,
    matches,
    narrowed,
    operators_of,
    resolved,
    where,
)
from hookdesk.db.engine import make_engine
from hookdesk.models import UTCDateTime
from hookdesk.types.actors import Actor, ActorKind
from hookdesk.types.criteria import ALONE, LISTED, NEGATED, SPANS, Comparison, Field, FieldType, Group, Mode, Operator

METADATA = MetaData()
TABLE = Table(
    "probe",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("subject", String(100)),
    Column("channel", String(20), nullable=False),
    Column("assignee", Integer),
    Column("entries", Integer),
    Column("answered", Boolean, nullable=False),
    Column("created", UTCDateTime),
)
NAMES = Table("probe_name", METADATA, Column("probe_id", Integer), Column("name", String(100)))
MARKS = Table("probe_mark", METADATA, Column("probe_id", Integer), Column("mark", Integer))
TYPES = {
    "subject": FieldType.TEXT,
    "channel": FieldType.CHOICE,
    "assignee": FieldType.CHOICE,
    "entries": FieldType.NUMBER,
    "answered": FieldType.BOOLEAN,
    "created": FieldType.MOMENT,
}
MANY = {
    "names": (FieldType.TEXT, select(NAMES.c.name).where(NAMES.c.probe_id == TABLE.c.id)),
    "marks": (FieldType.CHOICE, select(MARKS.c.mark).where(MARKS.c.probe_id == TABLE.c.id)),
}
FIELDS = {name: Field(name, name.title(), kind, TABLE.c[name], name) for name, kind in TYPES.items()}
FIELDS |= {name: Field(name, name.title(), kind, column, name, is_many=True) for name, (kind, column) in MANY.items()}
FIELDS["assignee"] = replace(FIELDS["assignee"], mine="agent_id", choices=list)
FIELDS["marks"] = replace(FIELDS["marks"], mine="teams", choices=list)
FIELDS["marks"] = replace(FIELDS["marks"], owner=(TABLE.c.id, MARKS.c.probe_id))
FIELDS["closed"] = replace(FIELDS["created"], name="closed", empty=clock.NEVER)
READER = Actor(kind=ActorKind.AGENT, name="Ada", agent_id=1, timezone="UTC")
READERS = st.builds(
    Actor,
    kind=st.just(ActorKind.AGENT),
    name=st.just("Ada"),
    agent_id=st.none() | st.integers(1, 3),
    teams=st.frozensets(st.integers(1, 3)),
    timezone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Auckland"]),
)
FIELDS["header"] = Field("header", "Header", FieldType.TEXT, None, "header", is_many=True)
WORDS = st.text("aAbB %_\\éÉжЖ'\"", max_size=5)
PATTERNS = st.sampled_from(["a.b", "^A", "b$", "(a+)+$", "é|ж", "\\\\", "[^a-z]", "%_", ""])
START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 5).map(lambda days: START + timedelta(days=days))
SINGLE: dict[str, st.SearchStrategy[Any]] = {
    "subject": WORDS.filter(bool),
    "channel": st.sampled_from(["web", "Email", "phone"]),
    "assignee": st.integers(1, 3),
    "entries": st.integers(0, 4),
    "answered": st.booleans(),
    "created": MOMENTS,
    "closed": MOMENTS,
    "names": WORDS.filter(bool),
    "marks": st.integers(1, 3),
    "header": WORDS.filter(bool),
}


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """Any comparison that a form could hold."""
    name = draw(st.sampled_from(sorted(FIELDS)))
    operator = draw(st.sampled_from(sorted(OPERATORS[FIELDS[name].type] | operators_of(FIELDS[name], is_stored=True))))
    if operator in SPANS:
        return Comparison(name, operator, draw(st.sampled_from(["30m", "24h", "2d", "9999w"])))
    if operator is Operator.DURING:
        return Comparison(name, operator, draw(st.sampled_from(sorted(PERIODS))))
    if operator in ALONE:
        return Comparison(name, operator)
    if operator in LISTED:
        return Comparison(name, operator, tuple(draw(st.lists(SINGLE[name], min_size=1, max_size=3))))
    if NEGATED.get(operator, operator) is Operator.MATCHES:
        return Comparison(name, operator, draw(PATTERNS.filter(bool)))
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
        "created": st.none() | MOMENTS | st.just(clock.NEVER),
        "names": st.lists(st.none() | WORDS, max_size=3).map(tuple),
        "marks": st.lists(SINGLE["marks"], max_size=3).map(tuple),
        "header": st.lists(WORDS, max_size=2).map(tuple),
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
    METADATA.create_all(engine)
    with engine.connect() as opened:
        yield opened
    METADATA.drop_all(engine)
    engine.dispose()


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(group=GROUPS, row=ROWS, reader=READERS, hours=st.integers(0, 150), is_kept=st.booleans())
def test_both_evaluators_agree(
    connection: Connection, group: Group, row: dict[str, Any], reader: Actor, hours: int, is_kept: bool
) -> None:
    """What Python says of a draft, SQL says of the stored row; where SQL cannot say it all, it leaves out nothing that matches."""
    store(connection, row)
    row = {**row, "closed": None if row["created"] == clock.NEVER else row["created"]}
    with clock.at(START + timedelta(hours=hours)):
        agree(connection, resolved(group, FIELDS, reader), resolved(group, FIELDS, reader, is_kept), row)


def agree(connection: Connection, absolute: Group, group: Group, row: dict[str, Any]) -> None:
    """Ask both: Python what was said absolutely, the database what may work out its moments when it is asked."""
    expected = matches(absolute, row)
    if is_in_sql(group, FIELDS):
        assert expected == found(connection, where(group, FIELDS))
    else:
        with pytest.raises(NotInSql, match="cannot be asked of stored tickets"):
            where(group, FIELDS)
    assert found(connection, narrowed(group, FIELDS)) or not expected
    assert expected == compiled(absolute)(Folded(row), []) == compiled(absolute)(Folded(row), None)


def store(connection: Connection, row: dict[str, Any]) -> None:
    """Make it the only row of the probe table, with its names and marks."""
    for table in (TABLE, NAMES, MARKS):
        connection.execute(table.delete())
    connection.execute(insert(TABLE).values(id=1, **{name: row[name] for name in TYPES}))
    for table, column in ((NAMES, "name"), (MARKS, "mark")):
        if values := row[f"{column}s"]:
            connection.execute(insert(table), [{"probe_id": 1, column: value} for value in values])


def found(connection: Connection, condition: Any) -> bool:
    """True if the row meets an SQL condition."""
    return connection.execute(select(TABLE.c.id).where(condition)).first() is not None


def test_a_stored_moment_is_not_taken_for_one_that_was_said_before(connection: Connection) -> None:
    """The statement that was compiled for the one serves the other badly: it does not know that it has to ask for the time."""
    row = {**dict.fromkeys(TYPES), "created": START, "channel": "web", "answered": False, "names": (), "marks": ()}
    store(connection, row)
    spoken = Group(Mode.ALL, (Comparison("created", Operator.IN_LAST, "2d"),))
    with clock.at(START + timedelta(hours=1)):
        for is_kept in (False, True, False):
            assert found(connection, where(resolved(spoken, FIELDS, READER, is_kept), FIELDS)), is_kept


@settings(max_examples=100, deadline=None)
@given(group=GROUPS)
def test_json_form_round_trips(group: Group) -> None:
    """A condition survives being stored as JSON."""
    assert load(json.loads(json.dumps(dump(without_patterns(group)))), FIELDS, is_stored=True) == without_patterns(
        group
    )


def without_patterns(group: Group) -> Group:
    """A group that stored tickets can be asked for."""
    parts = (without_patterns(part) if isinstance(part, Group) else part for part in group.parts)
    kept = (part for part in parts if isinstance(part, Group) or not is_pattern(part))
    return Group(group.mode, tuple(kept))


def is_pattern(part: Comparison) -> bool:
    return NEGATED.get(part.operator, part.operator) is Operator.MATCHES


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"field": "colour", "operator": "is", "value": "red"}, "no field “colour”"),
        ({"field": "subject", "operator": "less", "value": "a"}, "Subject cannot be compared like this"),
        ({"field": "entries", "operator": "more", "value": "many"}, "no value for Entries"),
        ({"field": "created", "operator": "before", "value": "2026-01-01T00:00:00"}, "no value for Created"),
        ({"field": "subject", "operator": "contains", "value": "x" * 2000}, "no value for Subject"),
        ({"field": "created", "operator": "before", "value": "0001-01-01T00:00:00+14:00"}, "no value for Created"),
        ({"field": "entries", "operator": "more", "value": 2**40}, "no value for Entries"),
        ({"field": "entries", "operator": "more", "value": float("nan")}, "no value for Entries"),
        ({"field": "assignee", "operator": "is", "value": "3"}, "no value for Assignee"),
        ({"field": "assignee", "operator": "in", "value": [2**70]}, "no value for Assignee"),
        ({"field": "channel", "operator": "is", "value": 3}, "no value for Channel"),
        ({"field": "subject", "operator": "is", "value": ""}, "fill in with what Subject is compared"),
        ({"field": "assignee", "operator": "is", "value": None}, "fill in with what Assignee is compared"),
        ({"field": "channel", "operator": "in", "value": []}, "a list of 1 to 5000 values"),
        ({"field": "marks", "operator": "in", "value": list(range(5001))}, "a list of 1 to 5000 values"),
        ({"field": "subject", "operator": "contains_any", "value": ["a"] * 201}, "a list of 1 to 200 values"),
        ({"field": "subject", "operator": "matches", "value": "(a"}, "no regular expression of RE2: missing \\)"),
        ({"field": "subject", "operator": "matches", "value": "(?=a)b"}, "no regular expression of RE2"),
        ({"field": "names", "operator": "not_matches", "value": "(a{900}){900}"}, "no regular expression of RE2"),
        ({"field": "subject", "operator": "contains", "value": "\ud800"}, "no value for Subject"),
        ({"field": "channel", "operator": "in", "value": ["\ud800"]}, "no value for Channel"),
        ("subject", "neither a group nor a comparison"),
    ],
)
def test_bad_conditions_say_what_is_wrong(part: Any, words: str) -> None:
    """A form or file with a mistake is refused with its place."""
    with pytest.raises(CriteriaProblem, match=words) as caught:
        load({"version": 1, "mode": "all", "parts": [part]}, FIELDS)
    assert "part 1" in str(caught.value)


def test_what_is_wrong_is_said_in_the_readers_language(hookdesk_app: Flask) -> None:
    part = {"field": "subject", "operator": "is", "value": ""}
    with hookdesk_app.test_request_context(), force_locale("de"), pytest.raises(CriteriaProblem, match="Teil 1"):
        load({"version": 1, "mode": "all", "parts": [part]}, FIELDS)


def test_every_comparison_is_explained() -> None:
    """With findings, nothing is cut short: the trace shows the conditions that failed, too."""
    group = Group(Mode.ANY, (Comparison("subject", Operator.CONTAINS, "fire"), Comparison("entries", Operator.MORE, 3)))
    findings: list[Any] = []
    assert matches(group, {"subject": "Printer on FIRE", "entries": 1}, findings)
    assert [(found.field, found.result) for found in findings] == [("subject", True), ("entries", False)]


def nested(levels: int) -> dict[str, Any]:
    """Groups in groups."""
    data: dict[str, Any] = {"mode": "all", "parts": []}
    for _level in range(levels - 1):
        data = {"mode": "all", "parts": [data]}
    return {"version": 1, **data}


def test_two_hundred_levels_are_refused_in_words() -> None:
    """Neither the depth nor the number of comparisons is without end."""
    assert load(nested(5), FIELDS)
    with pytest.raises(CriteriaProblem, match="groups may be nested 5 deep"):
        load(nested(200), FIELDS)
    many = [{"field": "answered", "operator": "is", "value": True}] * 90
    crowd = {"version": 1, "mode": "any", "parts": [{"mode": "all", "parts": many}] * 5}
    with pytest.raises(CriteriaProblem, match="at most 400 comparisons in all"):
        load(crowd, FIELDS)


def test_a_catastrophic_pattern_takes_no_longer_than_another() -> None:
    """What would keep a backtracking engine busy for years is answered before the test's patience ends."""
    group = Group(Mode.ALL, (Comparison("subject", Operator.MATCHES, "^(a+)+$"),))
    assert not matches(group, {"subject": "a" * 50_000 + "!"})


MOMENT = datetime(2026, 3, 29, 10, tzinfo=UTC)  # a Sunday, and in Berlin the day on which an hour is left out


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", "2026-03-28T23:00", "2026-03-29T21:59"),
        ("yesterday", "2026-03-27T23:00", "2026-03-28T22:59"),
        ("this_week", "2026-03-22T23:00", "2026-03-29T21:59"),
        ("next_week", "2026-03-29T22:00", "2026-04-05T21:59"),
        ("last_month", "2026-01-31T23:00", "2026-02-28T22:59"),
        ("this_quarter", "2025-12-31T23:00", "2026-03-31T21:59"),
        ("last_year", "2024-12-31T23:00", "2025-12-31T22:59"),
    ],
)
def test_periods_begin_and_end_at_the_readers_midnight(period: str, first: str, last: str) -> None:
    reader = Actor(kind=ActorKind.AGENT, name="Ada", timezone="Europe/Berlin")
    with clock.at(MOMENT):
        asked = resolved(Group(Mode.ALL, (Comparison("created", Operator.DURING, period),)), FIELDS, reader)
    begin, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, last))
    minute = timedelta(minutes=1)
    told = [matches(asked, {"created": one}) for one in (begin - minute, begin, end, end + minute)]
    assert told == [False, True, True, False]


@pytest.mark.parametrize(
    ("operator", "value", "words"),
    [
        ("in_last", "24 hours", "no value for Created"),
        ("in_last", "0h", "no value for Created"),
        ("during", "soon", "no value for Created"),
        ("is_me", None, "Created cannot be compared like this"),
    ],
)
def test_relative_conditions_are_checked(operator: str, value: Any, words: str) -> None:
    part = {"field": "created", "operator": operator, "value": value}
    with pytest.raises(CriteriaProblem, match=words):
        load({"version": 1, "mode": "all", "parts": [part]}, FIELDS, is_stored=True)


def test_what_is_about_nobody_else_is_asked_for_oneself_alone() -> None:
    """Whose drafts a ticket has, for one: the field lists no choices."""
    fields = {"draft": Field("draft", "Draft", FieldType.CHOICE, TABLE.c.assignee, "", mine="agent_id")}
    own = {"version": 1, "mode": "all", "parts": [{"field": "draft", "operator": "is_me"}]}
    assert load(own, fields, is_stored=True).parts
    for part in ({"operator": "is", "value": 3}, {"operator": "is_empty"}):
        with pytest.raises(CriteriaProblem, match="Draft cannot be compared like this"):
            load({"version": 1, "mode": "all", "parts": [{"field": "draft", **part}]}, fields, is_stored=True)
    with pytest.raises(CriteriaProblem, match="Draft cannot be compared like this"):
        load(own, fields)


def test_rules_about_drafts_know_no_reader() -> None:
    part = {"field": "assignee", "operator": "is_me"}
    with pytest.raises(CriteriaProblem, match="Assignee cannot be compared like this"):
        load({"version": 1, "mode": "all", "parts": [part]}, FIELDS)
