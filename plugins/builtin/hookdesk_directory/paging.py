"""Keyset pages by name: each asks for one page and one row more, and counts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import Row, Select, and_, or_, select

from hookdesk.api import id_argument, listing, plain_arguments, reading

SIZE = 50


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows of one page, and the addresses of the pages before and after it ("" where there is none)."""

    rows: Sequence[Row[Any]]
    previous: str = ""
    next: str = ""


def by_name(query: Select[*tuple[Any, ...]], model: Any) -> Slice:
    """A page of the rows of a model. `?after=ID` goes on behind a row, `?before=ID` ends ahead of it."""
    after, before = id_argument("after"), id_argument("before")
    edge, is_back = (before, True) if before is not None else (after, False)
    name, row_id = model.name, model.id
    if edge is not None:
        at = select(name).where(row_id == edge).scalar_subquery()
        ahead = or_(name < at, and_(name == at, row_id < edge))
        query = query.where(ahead if is_back else or_(name > at, and_(name == at, row_id > edge)))
    order = (name.desc(), row_id.desc()) if is_back else (name, row_id)
    rows = reading().all(query.order_by(*order).limit(SIZE + 1))
    kept = rows[:SIZE][::-1] if is_back else rows[:SIZE]
    if not kept:
        return Slice((), previous=here() if edge is not None else "")
    more = len(rows) > SIZE
    has_previous, has_next = (more, True) if is_back else (edge is not None, more)
    return Slice(kept, here(before=kept[0].id) if has_previous else "", here(after=kept[-1].id) if has_next else "")


def of_tickets(page: listing.Page) -> Slice:
    """A page of tickets with its neighbours' addresses."""
    return Slice(
        page.rows,
        here(before=page.previous.dump()) if page.previous else "",
        here(after=page.next.dump()) if page.next else "",
    )


def here(**changes: object) -> str:
    """The address of this list from its beginning, or from where `changes` says."""
    kept = {name: value for name, value in plain_arguments().items() if name not in ("after", "before")}
    given: dict[str, Any] = {**kept, **(request.view_args or {}), **changes}
    return url_for(str(request.endpoint), **given)
