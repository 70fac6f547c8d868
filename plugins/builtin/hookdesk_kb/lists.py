"""Lists of articles in the desk: keyset pages, the newest change first, and counts by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select

from hookdesk.api import clock, reading
from hookdesk_kb.models import STATES, Article

PAGE = 50
_COLUMNS = select(
    Article.id, Article.state, Article.publish_at, Article.updated_at, Article.views, Article.helpful, Article.unhelpful,
    Article.shown, Article.read, Article.solved,
)  # fmt: skip


def page(category_ids: Sequence[int] | None, state: str, before: tuple[datetime, int] | None) -> Sequence[Row[Any]]:
    """One page and one more; of all categories for None."""
    return reading().all(asked(category_ids, state, before))


def asked(category_ids: Sequence[int] | None, state: str, before: tuple[datetime, int] | None) -> Select[Any]:
    """The query of a page: it walks the index of changes, and stops."""
    found: Any = _COLUMNS.order_by(Article.updated_at.desc(), Article.id.desc()).limit(PAGE + 1)
    if category_ids is not None:
        found = found.where(Article.category_id.in_(category_ids))
    found = found.where(Article.state == state if state in STATES else Article.state != "archived")
    if before is not None:
        moment, row_id = before
        found = found.where(or_(Article.updated_at < moment, and_(Article.updated_at == moment, Article.id < row_id)))
    query: Select[Any] = found
    return query


def of(ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Articles of a search, in its order."""
    rows = {row.id: row for row in reading().all(_COLUMNS.where(Article.id.in_(ids)))} if ids else {}
    return [rows[one] for one in ids if one in rows]


def states() -> Mapping[str, int]:
    """State → how many articles have it."""
    counted = select(Article.state, func.count().label("many")).group_by(Article.state)
    return {row.state: row.many for row in reading().all(counted)}


def cursor(row: Row[Any]) -> str:
    """What the next page begins behind."""
    return f"{row.updated_at.isoformat()}~{row.id}"


def of_cursor(text: str) -> tuple[datetime, int] | None:
    """The same, read; None for nonsense."""
    moment, _tilde, row_id = text.partition("~")
    try:
        return clock.parse(moment), int(row_id[:18])
    except ValueError:
        return None
