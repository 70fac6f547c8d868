"""The trace: what is kept of each step, how much, and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Row, select

from hookdesk.api import (
    ANONYMOUS,
    Decision,
    InboundMessage,
    RuleNote,
    TicketDraft,
    clock,
    decisions,
    intake,
    note_rule,
    reading,
    release,
    site,
    transact,
)
from hookdesk.plugins.caller import Implementation
from hookdesk.plugins.record import Step

YES = {"field": "subject", "operator": "contains", "value": "invoice", "actual": "My invoice", "result": True}
NO = {**YES, "value": "order", "result": False}


def kept(hook: str = "ticket_filter") -> Sequence[Row[Any]]:
    """What stands in the table of a hook."""
    release()
    return reading().all(select(Decision).where(Decision.hook == hook).with_only_columns(*Decision.__table__.columns))


def store(rules: list[RuleNote], **about: Any) -> Row[Any]:
    """One step with rules, stored."""
    steps = [Step("ticket_filter", "filters", "passed", rules=rules)]
    transact(lambda session: decisions.record(session, steps, **about))
    return kept()[-1]


@pytest.fixture(autouse=True)
def here(hookdesk_app: Flask) -> Iterator[None]:
    """Within the application."""
    with hookdesk_app.app_context():
        yield


class TestRules:
    """Rules within a step."""

    def test_of_a_rule_that_did_not_match_stays_what_decided_against_it(self) -> None:
        row = store([RuleNote("filters:1", "Orders", 3, False, compared=(YES, NO, NO), microseconds=12)])
        assert row.rules == [
            {
                "ref": "filters:1", "name": "Orders", "version": 3, "matched": False, "outcome": "", "compared": [NO],
                "microseconds": 12,
            }
        ]  # fmt: skip

    def test_one_that_matched_is_kept_in_full(self) -> None:
        row = store([RuleNote("filters:2", "Invoices", 1, True, "set the department", (YES, NO))])
        assert row.rules[0]["compared"] == [YES, NO]
        assert row.rules[0]["outcome"] == "set the department"

    def test_many_rules_keep_to_the_budget_and_matches_go_first(self) -> None:
        notes = [RuleNote(f"filters:{n}", f"Rule {n}", 1, n == 499, compared=(NO,)) for n in range(500)]
        row = store(notes)
        assert row.rules[-2]["ref"] == "filters:499"
        assert row.rules[-1] == {"more": 500 - len(row.rules[:-1])}
        assert 40 < len(row.rules) < 200

    def test_who_was_asked_in_vain_is_named_once(self) -> None:
        steps = [Step("intake_screen", "limits", "passed", microseconds=5), Step("ticket_filter", "topics", "passed")]
        transact(lambda session: decisions.record(session, steps, intake_id=7))
        row = kept("")[-1]
        assert row.compared == [["intake_screen", "limits", 5], ["ticket_filter", "topics", 0]]

    def test_after_its_time_the_trace_keeps_what_was_decided_and_no_more(self) -> None:
        store(
            [
                RuleNote("filters:1", "Orders", 3, False, compared=(NO,)),
                RuleNote("filters:2", "Invoices", 1, True, "x", (YES,)),
            ]
        )
        soon = clock.now() + timedelta(minutes=1)
        assert transact(lambda session: decisions.compact(session, clock.now() - timedelta(days=1), 500)) == 0
        assert transact(lambda session: decisions.compact(session, soon, 500)) > 0
        assert transact(lambda session: decisions.compact(session, soon, 500)) == 0
        (rule,) = kept()[-1].rules
        assert (rule["ref"], rule["outcome"], rule["compared"]) == ("filters:2", "x", [])
        assert kept("") == []

    def test_a_link_made_of_rules_notes_each_of_them(self) -> None:
        """Also where none matched and the draft passes as it came."""

        def ticket_filter(draft: TicketDraft) -> None:
            note_rule(RuleNote("rules:1", "VIP", 2, False, compared=({**NO, "actual": draft.subject},)))

        site().hooks.install("ticket_filter", [Implementation("rules", ticket_filter, ("draft",))])
        intake.submit(InboundMessage("web", "ann@example.org", subject="Hello", text="Hello"), ANONYMOUS)
        (row,) = kept()
        assert (row.outcome, row.rules[0]["ref"], row.rules[0]["compared"][0]["actual"]) == (
            "passed",
            "rules:1",
            "Hello",
        )
