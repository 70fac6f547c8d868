"""Keyset pages: each list asks for one page and one row more, and never counts what it does not show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from hookdesk.api import id_argument, plain_arguments, reading

SIZE = 50


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one page, and the addresses of the pages before and after it ("" where there is none)."""

    rows: Sequence[Row[Any]]
    previous: str = ""
    next: str = ""


def newest_first(query: Select[*tuple[Any, ...]], row_id: InstrumentedAttribute[int], size: int = SIZE) -> Slice:
    """A page by falling id. `?before=ID` is the next (older) page, `?after=ID` the previous one."""
    before, after = id_argument("before"), id_argument("after")
    if after is not None:
        rows = reading().all(query.where(row_id > after).order_by(row_id.asc()).limit(size + 1))
    elif before is not None:
        rows = reading().all(query.where(row_id < before).order_by(row_id.desc()).limit(size + 1))
    else:
        rows = reading().all(query.order_by(row_id.desc()).limit(size + 1))
    return _slice(rows, size, is_back=after is not None, is_first=before is None and after is None)


def by_name(
    query: Select[*tuple[Any, ...]],
    name: InstrumentedAttribute[str],
    row_id: InstrumentedAttribute[int],
    size: int = SIZE,
) -> Slice:
    """A page by name. The cursor is the id of the row at the edge; equal names are told apart by it."""
    before, after = id_argument("before"), id_argument("after")
    edge, is_back = (after, True) if after is not None else (before, False)
    if edge is not None:
        at = select(name).where(row_id == edge).scalar_subquery()
        beyond = (
            or_(name < at, and_(name == at, row_id < edge))
            if is_back
            else or_(name > at, and_(name == at, row_id > edge))
        )
        query = query.where(beyond)
    order = (name.desc(), row_id.desc()) if is_back else (name.asc(), row_id.asc())
    rows = reading().all(query.order_by(*order).limit(size + 1))
    return _slice(rows, size, is_back, is_first=edge is None)


def _slice(rows: list[Row[Any]], size: int, is_back: bool, is_first: bool) -> Slice:
    """Cut the row that was asked for in excess, and turn a page that was walked backwards."""
    has_more = len(rows) > size
    kept = rows[:size][::-1] if is_back else rows[:size]
    if not kept:
        return Slice((), previous="" if is_first else here(before=None, after=None))
    has_previous = has_more if is_back else not is_first
    has_next = is_back or has_more
    return Slice(
        kept,
        here(after=kept[0].id, before=None) if has_previous else "",
        here(before=kept[-1].id, after=None) if has_next else "",
    )


def here(**changes: object) -> str:
    """The address of this page with other arguments; None takes one away."""
    given: dict[str, Any] = {**plain_arguments(), **(request.view_args or {}), **changes}
    return url_for(str(request.endpoint), **{name: value for name, value in given.items() if value not in (None, "")})


def word(name: str, allowed: Sequence[str], default: str = "") -> str:
    """One of a few known values from the address."""
    value = request.args.get(name, default)
    return value if value in allowed else default


def asked() -> str:
    """What somebody looks for: the argument `q`, bounded."""
    return " ".join(request.args.get("q", "").split())[:100]
