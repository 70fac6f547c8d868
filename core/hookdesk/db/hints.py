"""Hints for a database that keeps no statistics, said in plain SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, func
from sqlalchemy.sql.visitors import replacement_traverse


def unindexed(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same condition on a table's columns, where no index but that of its ids is to answer it: something else finds far fewer rows."""

    def hidden(element: Any, **_given: Any) -> Any:
        if getattr(element, "table", None) is None or element.name == "id" or element.table.name != "ticket":
            return None
        return element + 0 if isinstance(element.type, Integer) else func.coalesce(element, "")

    return replacement_traverse(condition, {}, hidden)
