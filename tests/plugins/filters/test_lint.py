"""What the check says of filters, and what can be said of conditions without a ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from tests.plugins.filters.conftest import condition, conditions, does, noticed, rule

from hookdesk.api import Comparison, Department, Group, Mode, Operator, RunningHooks, criteria, site, system, transact
from hookdesk_email_out.accounts import store
from hookdesk_filters import cache, lint, logic
from hookdesk_filters.rules import RuleValues, early_fields

pytestmark = pytest.mark.plugins("filters", "email_out")
FIRE = condition("subject", "contains", "fire")
QUIET = does("quiet")


@pytest.fixture
def context(hookdesk_app: Flask) -> Iterator[Flask]:
    """An application context for the whole test."""
    with hookdesk_app.app_context():
        yield hookdesk_app


def kinds(*values: RuleValues) -> list[list[str]]:
    """The kinds of remarks on each of these rules, in this order."""
    found = lint.all_rules([(place, 1, one) for place, one in enumerate(values)])
    return [[remark.kind for remark in remarks] for remarks in found.values()]


@pytest.mark.parametrize(
    "parts",
    [
        [condition("subject", "is", "fire"), condition("subject", "contains", "water")],
        [condition("subject", "is", "fire"), condition("subject", "is", "water")],
        [FIRE, condition("subject", "not_contains", "FIR")],
        [FIRE, condition("subject", "is_empty")],
        [condition("subject", "starts_with", "Re:"), condition("subject", "starts_with", "Fwd:")],
        [condition("channel", "in", ["email", "api"]), condition("channel", "is", "portal")],
        [condition("email", "is", "a@b.example"), condition("email", "is_not", "a@b.example")],
        [conditions(FIRE, {"mode": "all", "parts": [condition("subject", "is_empty")]})],
    ],
)
def test_conditions_that_exclude_each_other_never_match(context: Flask, parts: list[dict[str, Any]]) -> None:
    parts = [{key: value for key, value in part.items() if key != "version"} for part in parts]
    assert kinds(rule("Never", *parts, do=QUIET)) == [["never"]]


@pytest.mark.parametrize(
    "parts",
    [
        [FIRE, condition("body", "contains", "water")],
        [condition("email", "is", "a@b.example"), condition("email", "is", "c@d.example")],
        [FIRE, condition("subject", "contains", "water")],
        [condition("subject", "starts_with", "Re:"), condition("subject", "starts_with", "Re: [")],
    ],
)
def test_conditions_that_can_be_met_are_let_be(context: Flask, parts: list[dict[str, Any]]) -> None:
    assert kinds(rule("Fine", *parts, do=QUIET)) == [[]]


def test_a_filter_for_other_channels_than_its_conditions_never_matches(context: Flask) -> None:
    values = rule("Never", condition("channel", "is", "email"), do=QUIET, channels=("portal",))
    assert kinds(values) == [["never"]]


def test_a_filter_behind_one_that_stops_is_shadowed(context: Flask) -> None:
    wide = rule("Wide", condition("subject", "contains_any", ["fire", "smoke"]), do=QUIET, stops=True)
    narrow = rule("Narrow", condition("subject", "is", "Fire!"), FIRE, do=QUIET)
    assert kinds(wide, narrow) == [[], ["shadowed"]]
    assert kinds(narrow, wide) == [[], []]
    assert kinds(rule("Wide", FIRE, do=does("reject", reason="no", told="", mail=False)), narrow)[1] == ["shadowed"]
    assert kinds(rule("Wide", FIRE, do=QUIET, stops=True, channels=("email",)), narrow) == [[], []]
    assert kinds(rule("Wide", FIRE, do=QUIET), narrow) == [[], []], "it does not stop"


def test_a_filter_that_takes_back_what_another_decides_is_told(context: Flask) -> None:
    first = rule("First", FIRE, condition("channel", "is", "email"), do=does("priority", to=1))
    second = rule("Second", FIRE, do=does("priority", to=2))
    assert kinds(first, second) == [[], ["overrules"]]
    assert kinds(second, first) == [[], []], "then the narrow one decides where both match"
    assert kinds(first, rule("Second", FIRE, do=does("priority", to=1))) == [[], []]


def test_what_is_gone_what_loops_and_what_has_no_effect(context: Flask) -> None:
    store.save(system(), store.Values(name="Help", address="help@desk.example"))
    gone = rule("Gone", condition("form.colour", "is", "red"), do=QUIET)
    nowhere = rule("Nowhere", FIRE, do=does("department", to=77))
    loop = rule("Loop", FIRE, do=does("mail", to="help@desk.example", subject="x", body="y"))
    late = rule("Late", FIRE, do=[does("reject", reason="no", told="", mail=False), QUIET])
    everything = rule("Everything", do=QUIET)
    assert kinds(gone) == [["broken"]]
    assert kinds(nowhere) == [["target"]]
    assert kinds(loop) == [["action"]]
    assert kinds(late) == [["order"]]
    assert kinds(everything) == [["always"]]
    [remark] = lint.all_rules([(1, 1, loop)])[1]
    assert "a mail loop: help@desk.example" in remark.text


def test_health_warns_of_filters_that_are_skipped(context: Flask, make_filter: Callable[..., int]) -> None:
    make_filter(rule("Fires", FIRE, do=does("department", to=1)))
    lines = {line.name: line for line in site().hooks.collect(RunningHooks.health_checks)}
    assert lines["Filters"].state == "ok"
    transact(lambda session: session.execute(update(Department).values(is_active=False)))
    noticed()
    lines = {line.name: line for line in site().hooks.collect(RunningHooks.health_checks)}
    assert lines["Filters"].state == "warning"
    assert "Fires" in lines["Filters"].detail


def test_five_hundred_filters_are_looked_over_while_somebody_waits(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The editor and the health page look at one filter after the other; only the list holds each against each."""
    names = ("subject", "body", "email", "sender", "filename")

    def crowded(number: int) -> RuleValues:
        parts = [condition(name, "contains", f"{name} {number}") for name in names]
        return rule(f"Rule {number}", *parts, do=does("priority", to=number % 4 + 1))

    crowd = [(number, 1, crowded(number)) for number in range(500)]
    monkeypatch.setattr(cache, "stored", lambda is_active=True: crowd)
    for look, most in (
        (lambda: lint.one_rule(crowded(499), 499), 3),
        (lint.health, 3),
        (lambda: lint.all_rules(crowd), 6),
    ):
        began = process_time()  # seconds of this process alone: whatever else the machine does is not counted
        look()
        assert process_time() - began < most


VALUES = st.sampled_from(["fire", "fir", "fire!", "water", "e"])
COMPARISONS = st.one_of(
    st.builds(
        Comparison, st.just("subject"),
        st.sampled_from(["is", "is_not", "contains", "not_contains", "starts_with", "ends_with"]).map(Operator), VALUES,
    ),
    st.builds(
        Comparison, st.just("subject"), st.sampled_from(["in", "not_in", "contains_any"]).map(Operator),
        st.lists(VALUES, min_size=1, max_size=2).map(tuple),
    ),
    st.builds(Comparison, st.just("subject"), st.sampled_from(["is_empty", "is_not_empty"]).map(Operator)),
)  # fmt: skip
GROUPS = st.recursive(
    st.builds(Group, st.sampled_from(Mode), st.lists(COMPARISONS, max_size=3).map(tuple)),
    lambda inner: st.builds(Group, st.sampled_from(Mode), st.lists(inner | COMPARISONS, max_size=3).map(tuple)),
    max_leaves=5,
)
SUBJECTS = [None, "fire", "fir", "fire!", "water", "e", "a fire", "waterfire", "wire", "x"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=GROUPS, other=GROUPS)
def test_what_logic_says_holds_for_every_value(context: Flask, one: Group, other: Group) -> None:
    """It may fail to see something, but what it sees is so."""
    met = [subject for subject in SUBJECTS if criteria.matches(one, {"subject": subject})]
    if logic.never(one, early_fields()):
        assert met == []
    if logic.always(one):
        assert met == SUBJECTS
    if logic.implies(one, other):
        assert all(criteria.matches(other, {"subject": subject}) for subject in met)
