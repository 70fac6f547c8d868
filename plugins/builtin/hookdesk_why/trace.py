"""Decisions as stored, read in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from hookdesk.api import Decision, reading
from hookdesk_why import names, words

MOST = 500
_COLUMNS = select(
    Decision.hook, Decision.plugin, Decision.outcome, Decision.reason, Decision.changes, Decision.compared,
    Decision.microseconds, Decision.created_at,
).order_by(Decision.id)  # fmt: skip


def of_ticket(ticket_id: int, most: int = MOST, opening_alone: bool = False) -> Sequence[words.Step]:
    """What was decided about a ticket, oldest first: all of it, or only how it came to be where it is.

    The caller has asked the guard.
    """
    which: list[ColumnElement[bool]] = [Decision.ticket_id == ticket_id]
    if opening_alone:
        which.append(Decision.intake_id.is_not(None))  # the steps of replies name the ticket alone
    return _steps(which, most)


def of_record(intake_id: int) -> Sequence[words.Step]:
    """What was decided about an intake record."""
    return _steps([Decision.intake_id == intake_id], MOST)


def _steps(which: Sequence[ColumnElement[bool]], most: int) -> Sequence[words.Step]:
    """Read and put into words."""
    rows: Sequence[Row[Any]] = reading().all(_COLUMNS.where(*which).limit(most))
    known = names.of_decisions(rows)
    return [words.step(row, known) for row in rows]
