"""The queue list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import format_number
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Actor, agent, current_actor, id_argument, listing, plain_arguments, shown_name
from hookdesk_desk import due, links, news, preferences, queues, trail
from hookdesk_desk.layout import Head
from hookdesk_desk.trail import Trail
from hookdesk_desk.views.blueprint import bp

LONG = 72
"""Columns of a subject that certainly fit on two lines where rows have a fixed height; a longer one gets the room that it needs."""


@bp.get("/", defaults={"queue": ""}, endpoint="queue")
@bp.get("/queues/<queue>", endpoint="queue")
@agent()
def queue_page(queue: str) -> str | Response | tuple[str, int]:
    """A queue. With `?since=<event>` it answers 204 if nothing has happened since: one query, no template."""
    actor = current_actor()
    since = id_argument("since")
    if since is not None and not news.is_there(actor, since):
        return "", 204
    found = queues.find(actor, queue)
    if found is None:
        abort(404)
    if queue == queues.first(actor):
        return redirect(url_for("desk.queue", **{**plain_arguments(), "queue": ""}))
    return _page(actor, trail.of(found))


def _page(actor: Actor, way: Trail) -> str:
    """Render one page of the list."""
    order, newest = way.order, news.known()  # before the rows: what comes in between is news
    page = listing.page(
        actor,
        way.queue.state,
        order,
        *way.conditions(actor),
        after=trail.cursor("after"),
        before=trail.cursor("before"),
        size=preferences.page_size(),
        is_bounded=way.is_bounded,
        is_listed=way.queue.is_listed,
    )
    address = trail.halves(way)
    layout = way.queue.layout(actor, page.rows, address)
    total = _total(actor, way)
    return render_template(
        "desk/queue.html",
        trail=way,
        page=page,
        newest=newest,
        open_url=queues.url("open"),
        unassigned_url=queues.url("unassigned"),
        total=total,
        layout=layout,
        names=_names(page.rows),
        limits=_limits(actor, way, total),
        quick=way.queue.quick(actor),
        is_long=is_long,
        chips=due.chips(page.rows),
        has_due=due.is_kept(),
        user_url=links.user_url(actor),
        columns=_heads(way, layout.heads if layout and layout.heads else _usual_heads()),
        sorts=_sorts(way),
        filters=trail.filters(way),
        next_url=way.list_url(after=page.next.dump()) if page.next else "",
        prev_url=way.list_url(before=page.previous.dump()) if page.previous else "",
        is_first=not (request.args.get("after") or request.args.get("before")),
        ticket_url=address,
    )


def _names(rows: Iterable[Any]) -> Mapping[str, str]:
    """The names of these rows' statuses and priorities in the reader's language, by those that are stored: few, and each many times."""
    return {name: shown_name(name) for name in {name for row in rows for name in (row.status_name, row.priority_name)}}


def is_long(subject: str) -> bool:
    """True if a subject may need more than two lines; letters of East Asian scripts take two columns."""
    return len(subject) > LONG or (
        not subject.isascii() and len(subject) + sum(char > "\u1100" for char in subject) > LONG
    )


def _total(actor: Actor, way: Trail) -> str | None:
    """How many tickets the queue has, in words."""
    queue, known = way.queue, queues.counts(actor).get(way.queue.key)
    if known is not None or (queue.is_counted and not queue.is_bounded):
        return known
    if queue.is_bounded:
        kept_as = "total", queue.sense()
        count = listing.count(actor, queue.state, *queue.conditions(actor), is_bounded=True, kept_as=kept_as)
    else:
        count = listing.counts(actor, lambda: {"": (queue.state, queue.conditions(actor))}, listed=[""])[""]
    return queues.words(count, queue.state)


def _limits(actor: Actor, way: Trail, total: str | None) -> list[str]:
    """What a list leaves out, so that it stays quick however many tickets there are."""
    found = []
    if way.is_bounded and listing.is_cut(actor, way.queue.state):
        most = format_number(listing.MOST_LOOKED_AT)
        found.append(_("Shows what is found among the %(most)s tickets with the latest activity.", most=most))
    if not way.order.is_indexed and not (total and total.isdecimal() and int(total) <= listing.MOST_SORTED):
        found.append(_("Sorts the newest %(most)s tickets of the list.", most=format_number(listing.MOST_SORTED)))
    return found


def _usual_heads() -> list[Head]:
    """The heads of the usual columns."""
    return [
        Head(_("Ticket"), sort="created", other="oldest"),
        Head(_("Subject")),
        Head(_("Requester")),
        Head(_("Assignee")),
        Head(_("Priority"), sort="priority"),
        *([Head(_("Due"), sort="due")] if due.is_kept() else []),
        Head(_("Updated"), "right", "activity"),
    ]


def _heads(way: Trail, heads: Iterable[Head]) -> list[dict[str, Any]]:
    """The head of the table, with sort links."""
    now = way.sort or way.queue.usual

    def shown(head: Head) -> dict[str, Any]:
        if not head.sort:
            return {"label": head.label, "class": head.css}
        wanted = head.other if head.other and now == head.sort else head.sort
        direction = ""
        if now in (head.sort, head.other):
            direction = "descending" if way.order.descending else "ascending"
        url = way.list_url(sort="" if wanted == way.queue.usual else wanted)
        return {"label": head.label, "url": url, "direction": direction, "class": head.css}

    return [shown(head) for head in heads]


def _sorts(way: Trail) -> list[tuple[str, str, bool]]:
    """The menu of orders: (label, address, is on)."""
    usual, now = way.queue.usual, way.sort or way.queue.usual
    return [
        (label, way.list_url(sort="" if name == usual else name), name == now)
        for name, label in way.queue.orders(now).items()
    ]
