"""What is offered while somebody types: tickets that contain the words so far, and who asked them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import render_template, request, url_for

from hookdesk.api import Actor, agent, current_actor, fulltext
from hookdesk_search import finding
from hookdesk_search.finding import Asked
from hookdesk_search.views.blueprint import bp

MOST_TICKETS, MOST_PEOPLE = 6, 3
LOOKED_AT = 30
"""Of the newest matches, so many tell who asked them."""


@bp.get("/agent/search/suggest")
@agent()
def suggest() -> str:
    """Part of a page: links to a few tickets and people."""
    typed, actor = request.args.get("q", "").strip()[: fulltext.MOST_CHARACTERS], current_actor()
    rows = finding.find(actor, Asked(typed), LOOKED_AT).rows
    return render_template(
        "search/suggestions.html",
        typed=typed,
        rows=rows[:MOST_TICKETS],
        people=people(actor, rows, typed),
        links={row.number: finding.ticket_url(row.number) for row in rows[:MOST_TICKETS]},
        marked=lambda text: fulltext.marked(text, typed),
    )


def people(actor: Actor, rows: Iterable[Any], typed: str) -> list[tuple[str, str, str]]:
    """Requesters of these tickets whose name has what was typed: (name, organization, address of their tickets)."""
    found = {
        row.user_id: (row.requester, row.organization or "", url_for("desk.queue", queue=f"requester-{row.user_id}"))
        for row in rows
        if fulltext.place(row.requester, typed) is not None
    }
    return list(found.values())[:MOST_PEOPLE]
