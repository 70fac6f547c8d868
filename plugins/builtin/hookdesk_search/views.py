"""The page of results: what the guard lets the agent see, newest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from sqlalchemy import Row, Select, select
from werkzeug.wrappers import Response

from hookdesk.api import (
    NotFound,
    RunningHooks,
    Ticket,
    access_number,
    agent,
    current_actor,
    id_argument,
    listing,
    reading,
    scope,
    site,
)
from hookdesk_search.backends import MOST

bp = Blueprint("search", __name__, url_prefix="/agent/search")
PAGE = 25
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@bp.get("/")
@agent()
def results() -> str | Response:
    """Tickets that contain all the words; a number alone leads to its ticket."""
    typed = request.args.get("q", "").strip()[:200]
    direct = _by_number(typed)
    if direct:
        return redirect(direct)
    before = id_argument("before")
    ids = _found(typed, before)
    rows = listing.rows([row.id for row in ids[:PAGE]])
    following = url_for("search.results", q=typed, before=ids[PAGE - 1].id) if len(ids) > PAGE else ""
    links = {row.number: ticket_url(row.number) for row in rows}
    return render_template("search/results.html", typed=typed, rows=rows, links=links, next_url=following, most=MOST)


def _by_number(typed: str) -> str:
    """The address of the ticket with that number, if the agent may see it."""
    number = typed.removeprefix("#")
    if not _NUMBER.fullmatch(number):
        return ""
    try:
        return ticket_url(access_number(current_actor(), number).number)
    except NotFound:
        return ""


def ticket_url(number: str) -> str:
    """Where the desk shows a ticket; "" while the desk is switched off."""
    return url_for("desk.ticket", number=number) if "desk.ticket" in current_app.view_functions else ""


def _found(typed: str, before: int | None) -> Sequence[Row[Any]]:
    """A page of ids and one more."""
    matching = _matching(typed)
    if matching is None:
        return []
    inner = matching.subquery()
    asked = select(Ticket.id).join(inner, inner.c.id == Ticket.id).where(scope(current_actor()))
    if before is not None:
        asked = asked.where(Ticket.id < before)
    return reading().all(asked.order_by(inner.c.id.desc()).limit(PAGE + 1))


def _matching(typed: str) -> Select[Any] | None:
    """The first backend's answer for this database."""
    for backend in site().hooks.collect(RunningHooks.search_backends):
        found: Select[Any] | None = backend.matching(reading().dialect, typed, True)
        if found is not None:
            return found
    return None
