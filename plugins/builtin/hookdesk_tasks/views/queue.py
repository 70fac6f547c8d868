"""Lists of tasks."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask_babel import gettext as _

from hookdesk.api import agent, clock, current_actor, listing
from hookdesk_desk.directory import directory
from hookdesk_tasks import queues
from hookdesk_tasks.queues import Wanted
from hookdesk_tasks.views.blueprint import bp


def wanted() -> Wanted:
    """What this request asks for."""
    found = queues.find(request.values.get("queue") or queues.FIRST)
    if found is None:
        abort(404)
    sort = request.values.get("sort", "")
    words = " ".join(request.values.get("q", "").split())[:200]
    return Wanted(found, sort if sort in queues.SORTS else "", words)


@bp.get("/agent/tasks", endpoint="queue")
@agent()
def queue_page() -> str:
    """A page of a list."""
    actor, look, places = current_actor(), wanted(), directory()
    cursors = {name: listing.Cursor.load(request.args.get(name, "")) for name in ("after", "before")}
    page = queues.page(actor, look, **cursors)
    return render_template(
        "tasks/queue.html",
        look=look,
        page=page,
        in_sight=queues.tickets_in_sight(actor, page.rows),
        items=queues.nav_items(actor),
        counts=queues.counts(actor),
        columns=_columns(look),
        now=clock.now(),
        never=clock.NEVER,
        agents=[("", _("Assign to")), *((str(one.id), one.name) for one in places.agents)],
        departments=[("", _("Move to")), *((str(one.id), one.name) for one in places.departments)],
        next_url=look.url(after=page.next.dump()) if page.next else "",
        prev_url=look.url(before=page.previous.dump()) if page.previous else "",
        is_first=not any(cursors.values()),
        most=queues.MOST_SEARCHED,
    )


def _columns(look: Wanted) -> list[dict[str, Any]]:
    """The head of the table."""
    heads: list[dict[str, Any]] = [
        _sorted(look, _("Task"), "created", "c-num"),
        {"label": _("Title")},
        {"label": _("Ticket"), "class": "c-who"},
        {"label": _("Assignee"), "class": "c-assignee"},
        {"label": _("Department")},
        _sorted(look, _("Due"), "due"),
        _sorted(look, _("Updated"), "updated", "c-age right"),
    ]
    return heads


def _sorted(look: Wanted, label: str, name: str, css: str = "") -> dict[str, Any]:
    """A head that sorts."""
    direction = ("descending" if look.order.descending else "ascending") if look.order.name == name else ""
    url = look.url(sort="" if name == look.queue.sort else name)
    return {"label": label, "url": url, "direction": direction, "class": css}
