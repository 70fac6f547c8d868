"""The queue list."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Actor, agent, current_actor, id_argument, listing, plain_arguments
from hookdesk_desk import due, links, queues, settings, trail
from hookdesk_desk.directory import directory
from hookdesk_desk.trail import Trail
from hookdesk_desk.views.blueprint import bp

USUAL = "activity"
LONG = 72
"""Columns of a subject that certainly fit on two lines where rows have a fixed height; a longer one gets the room that it needs."""


@bp.get("/", defaults={"queue": ""}, endpoint="queue")
@bp.get("/queues/<queue>", endpoint="queue")
@agent()
def queue_page(queue: str) -> str | Response | tuple[str, int]:
    """A queue. With `?since=<event>` it answers 204 if nothing has happened since: one query, no template."""
    actor = current_actor()
    since = id_argument("since")
    if since is not None and not queues.has_news(actor, since):
        return "", 204
    found = queues.find(actor, queue)
    if found is None:
        abort(404)
    if queue == settings.current().default_queue:
        return redirect(url_for("desk.queue", **{**plain_arguments(), "queue": ""}))
    return _page(actor, trail.of(found))


def _page(actor: Actor, way: Trail) -> str:
    """Render one page of the list."""
    order, places = way.order, directory()
    page = listing.page(
        actor,
        way.queue.state,
        order,
        *way.conditions(actor),
        after=trail.cursor("after"),
        before=trail.cursor("before"),
        size=settings.current().page_size,
    )
    return render_template(
        "desk/queue.html",
        trail=way,
        page=page,
        newest=places.newest,
        open_url=queues.url("open"),
        unassigned_url=queues.url("unassigned"),
        total=queues.counts(actor).get(way.queue.key),
        is_long=is_long,
        chips=due.chips(page.rows),
        has_due=due.is_kept(),
        user_url=links.user_url(actor),
        columns=_columns(way),
        sorts=_sorts(way),
        filters=trail.filters(way),
        next_url=way.list_url(after=page.next.dump()) if page.next else "",
        prev_url=way.list_url(before=page.previous.dump()) if page.previous else "",
        is_first=not (request.args.get("after") or request.args.get("before")),
        ticket_url=trail.ticket_url("0", way).split("0", 1),
    )


def is_long(subject: str) -> bool:
    """True if a subject may need more than two lines; letters of East Asian scripts take two columns."""
    return len(subject) > LONG or (
        not subject.isascii() and len(subject) + sum(char > "\u1100" for char in subject) > LONG
    )


def _columns(way: Trail) -> list[dict[str, Any]]:
    """The head of the table, with sort links."""

    def sorted_by(label: str, name: str, css: str = "", other: str = "") -> dict[str, Any]:
        now = way.order.name
        wanted = other if other and now == name else name
        direction = ""
        if now in (name, other):
            direction = "descending" if way.order.descending else "ascending"
        return {
            "label": label,
            "url": way.list_url(sort="" if wanted == USUAL else wanted),
            "direction": direction,
            "class": css,
        }

    return [
        sorted_by(_("Ticket"), "created", other="oldest"),
        {"label": _("Subject")},
        {"label": _("Requester")},
        {"label": _("Assignee")},
        sorted_by(_("Priority"), "priority"),
        *([sorted_by(_("Due"), "due")] if due.is_kept() else []),
        sorted_by(_("Updated"), "activity", "right"),
    ]


def _sorts(way: Trail) -> list[tuple[str, str, bool]]:
    """The menu of orders: (label, address, is on)."""
    words = {
        "activity": _("Last activity"),
        "created": _("Newest first"),
        "oldest": _("Oldest first"),
        "priority": _("Most urgent first"),
        "due": _("Due first"),
    }
    return [
        (label, way.list_url(sort="" if name == USUAL else name), name == way.order.name)
        for name, label in words.items()
    ]
