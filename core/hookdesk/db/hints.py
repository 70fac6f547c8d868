"""Hints for a database that keeps no statistics, said in plain SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.sql.visitors import replacement_traverse

KEPT = ("id", "last_activity_at")
"""What finds a ticket, and what lists walk along."""


def unindexed(condition: ColumnElement[bool], kind: type = object) -> ColumnElement[bool]:
    """The same condition on a table's columns, where no index but those of its ids and its activity is to answer it: something else finds
    fewer rows, or sooner. `kind`: only columns of that type are meant.
    """

    def hidden(element: Any, **_given: Any) -> Any:
        of_ticket = getattr(getattr(element, "table", None), "name", "") == "ticket" and element.name not in KEPT
        return func.coalesce(element, element) if of_ticket and isinstance(element.type, kind) else None

    return replacement_traverse(condition, {}, hidden)
