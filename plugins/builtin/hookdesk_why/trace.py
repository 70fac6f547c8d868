"""Decisions as stored, read in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from hookdesk.api import Decision, reading
from hookdesk_why import comparing, names, words

MOST = 500
PASSED = "passed"
_COLUMNS = select(
    Decision.hook, Decision.plugin, Decision.outcome, Decision.reason, Decision.changes, Decision.compared, Decision.rules,
    Decision.microseconds, Decision.created_at,
).order_by(Decision.id)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trace:
    """Who decided what, in order, and who was asked and had nothing to say."""

    steps: Sequence[words.Step]
    passed: Sequence[words.Passed] = ()


def of_ticket(ticket_id: int) -> Trace:
    """All that was decided about a ticket, oldest first. The caller has asked the guard."""
    return _trace(Decision.ticket_id == ticket_id)


def of_record(intake_id: int) -> Trace:
    """What was decided about an intake record."""
    return _trace(Decision.intake_id == intake_id)


def of_steps(steps: Sequence[Mapping[str, Any]]) -> Trace:
    """What was decided in a rehearsal: steps as they would be stored."""
    return _in_words([SimpleNamespace(**step) for step in steps])


def opening(ticket_id: int, most: int) -> Sequence[words.Step]:
    """How a ticket came to be where it is: the steps that decided something. The caller has asked the guard."""
    of_ticket = Decision.ticket_id == ticket_id
    # the steps of replies name the ticket alone
    return _told(
        reading().all(
            _COLUMNS.where(of_ticket, Decision.intake_id.is_not(None), Decision.outcome != PASSED).limit(most)
        )
    )


def _trace(which: ColumnElement[bool]) -> Trace:
    """Read and put into words."""
    return _in_words(reading().all(_COLUMNS.where(which).limit(MOST)))


def _in_words(rows: Sequence[Any]) -> Trace:
    silent = [one for row in rows if row.outcome == PASSED and not row.hook for one in row.compared]
    return Trace(_told([row for row in rows if row.hook]), [words.passed(*one) for one in silent])


def _told(rows: Sequence[Row[Any]]) -> Sequence[words.Step]:
    """Rows in words."""
    known, said = names.of_decisions(rows), comparing.wording(rows)
    return [words.step(row, known, said) for row in rows]
