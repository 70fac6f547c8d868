"""The page of results: what the guard lets the agent see, with the words marked; and the form of the advanced search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import format_decimal
from werkzeug.wrappers import Response

from hookdesk.api import (
    Actor,
    Group,
    NotFound,
    access_number,
    agent,
    criteria,
    current_actor,
    fulltext,
    id_argument,
    listing,
    plain_arguments,
)
from hookdesk_desk import fields, trail
from hookdesk_desk.trail import Trail
from hookdesk_search import excerpts, finding, lists
from hookdesk_search.backends import MOST, MOST_RANKED
from hookdesk_search.finding import MOST_PAGES, Asked, Found
from hookdesk_search.forms import BY_WORDS, ORDERS, AdvancedForm
from hookdesk_search.views.blueprint import bp

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Search:
    """What this request looks for: words, conditions as JSON and as they were read, an order."""

    words: str
    stated: Mapping[str, Any] | None
    group: Group
    order: str

    def url(self, **args: Any) -> str:
        """Its address, with some of it changed."""
        return lists.address(self.words, self.stated, **{"order": self.order or None, **args})


@bp.get("/agent/search/")
@agent()
def results() -> str | Response:
    """Tickets that contain all the words and meet the conditions; a number alone leads to its ticket."""
    actor = current_actor()
    try:
        search = _search(actor)
    except criteria.CriteriaProblem:
        return redirect(url_for("search.advanced", **plain_arguments()))
    direct = "" if search.stated else _by_number(search.words)
    if direct:
        return redirect(direct)
    found, following = _by_words(actor, search) if search.words else _by_conditions(actor, search)
    way = Trail(lists.made(search.words, search.stated))
    halves = trail.halves(way)
    return render_template(
        "search/results.html",
        search=search,
        trail=way,
        rows=found.rows,
        excerpts=excerpts.of(actor, found.rows, search.words),
        marked=lambda text: fulltext.marked(text, search.words),
        ticket_url=halves,
        next_url=following,
        orders=[(label, search.url(order=name or None), name == search.order) for name, label in _orders(search).items()],
        most=format_decimal(_most(search)),
        sentence=criteria.sentence(search.group, fields.offered(actor), _labels(actor, search.group)) if search.stated else "",
        save_url=_save_url(search),
    )  # fmt: skip


def _search(actor: Actor) -> Search:
    """What this request looks for.

    Raises:
        CriteriaProblem: its conditions cannot be asked.
    """
    form = AdvancedForm(request.args, meta={"csrf": False})
    group = form.conditions.data or criteria.EMPTY
    if form.conditions.errors or form.conditions.process_errors:
        raise criteria.CriteriaProblem(" ".join(map(str, form.conditions.process_errors)))
    words, order = request.args.get("q", "").strip()[: fulltext.MOST_CHARACTERS], request.args.get("order", "")
    allowed = BY_WORDS if words else [name for name in ORDERS if name != "best"]
    return Search(words, criteria.dump(group) if group.parts else None, group, order if order in allowed else "")


def _orders(search: Search) -> Mapping[str, Any]:
    """The orders that these results can be in."""
    return {name: ORDERS[name] for name in (BY_WORDS if search.words else ("", "activity", "priority", "due"))}


def _most(search: Search) -> int:
    """How many of the newest tickets were looked at, at most."""
    if search.words:
        return MOST_RANKED if search.order == "best" else MOST
    return listing.MOST_LOOKED_AT


def _by_words(actor: Actor, search: Search) -> tuple[Found, str]:
    """A page of tickets with the words, and where the next one is."""
    page = request.args.get("page", "")
    at = min(int(page), MOST_PAGES) if page.isascii() and page.isdigit() and len(page) < 4 else 0
    by_rank = search.order == "best"
    asked = Asked(search.words, by_rank, id_argument("before"), at)
    found = finding.find(actor, asked, where=lists.where(actor, search.group))
    if not found.has_more or at >= MOST_PAGES:
        return found, ""
    return found, search.url(page=at + 1) if by_rank else search.url(before=found.rows[-1].id)


def _by_conditions(actor: Actor, search: Search) -> tuple[Found, str]:
    """A page of tickets that meet conditions alone."""
    if not search.stated:
        return Found((), has_more=False), ""
    page = listing.page(
        actor,
        "",
        listing.SORTS[search.order or "created"],
        *lists.where(actor, search.group),
        after=trail.cursor("after"),
        is_bounded=True,
    )
    return Found(page.rows, page.next is not None), search.url(after=page.next.dump()) if page.next else ""


def _labels(actor: Actor, group: Group) -> dict[str, dict[Any, str]]:
    """The choices that conditions name, in words."""
    named = {one.field for one in criteria.comparisons(group)}
    return criteria.choice_labels({name: field for name, field in fields.offered(actor).items() if name in named})


def _save_url(search: Search) -> str:
    """Where the words and conditions become a queue of one's own; "" without any, or where there are no such queues."""
    if not (search.words or search.stated) or "queues.new" not in current_app.view_functions:
        return ""
    return url_for("queues.new", words=search.words or None, conditions=lists.said(search.stated) or None)


@bp.get("/agent/search/advanced")
@agent()
def advanced() -> str:
    """The form: words, and conditions on any field."""
    form = AdvancedForm(request.args, meta={"csrf": False})
    for words in form.conditions.process_errors:
        flash(str(words), "warning")
    return render_template("search/advanced.html", form=form)


def _by_number(typed: str) -> str:
    """The address of the ticket with that number, if the agent may see it."""
    number = typed.removeprefix("#")
    if not _NUMBER.fullmatch(number):
        return ""
    try:
        return finding.ticket_url(access_number(current_actor(), number).number)
    except NotFound:
        return ""
