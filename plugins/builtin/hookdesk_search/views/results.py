"""The page of results: what the guard lets the agent see, newest first or best first, with the words marked."""

from __future__ import annotations

import re

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, access_number, agent, current_actor, fulltext, id_argument
from hookdesk_search import excerpts, finding
from hookdesk_search.backends import MOST, MOST_RANKED
from hookdesk_search.finding import MOST_PAGES, Asked
from hookdesk_search.views.blueprint import bp

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@bp.get("/agent/search/")
@agent()
def results() -> str | Response:
    """Tickets that contain all the words; a number alone leads to its ticket."""
    asked = _asked()
    direct = _by_number(asked.words)
    if direct:
        return redirect(direct)
    actor = current_actor()
    found = finding.find(actor, asked)
    return render_template(
        "search/results.html",
        asked=asked,
        rows=found.rows,
        excerpts=excerpts.of(actor, found.rows, asked.words),
        marked=lambda text: fulltext.marked(text, asked.words),
        links={row.number: finding.ticket_url(row.number) for row in found.rows},
        next_url=_next(asked, found),
        orders=[(by_rank, url_for("search.results", q=asked.words, order="best" if by_rank else None)) for by_rank in (False, True)],
        most=MOST_RANKED if asked.by_rank else MOST,
    )  # fmt: skip


def _asked() -> Asked:
    """What this request looks for."""
    page = request.args.get("page", "")
    return Asked(
        request.args.get("q", "").strip()[: fulltext.MOST_CHARACTERS],
        request.args.get("order") == "best",
        id_argument("before"),
        min(int(page), MOST_PAGES) if page.isascii() and page.isdigit() and len(page) < 4 else 0,
    )


def _next(asked: Asked, found: finding.Found) -> str:
    """Where the next page is; "" after the last one."""
    if not found.has_more or asked.page >= MOST_PAGES:
        return ""
    if asked.by_rank:
        return url_for("search.results", q=asked.words, order="best", page=asked.page + 1)
    return url_for("search.results", q=asked.words, before=found.rows[-1].id)


def _by_number(typed: str) -> str:
    """The address of the ticket with that number, if the agent may see it."""
    number = typed.removeprefix("#")
    if not _NUMBER.fullmatch(number):
        return ""
    try:
        return finding.ticket_url(access_number(current_actor(), number).number)
    except NotFound:
        return ""
