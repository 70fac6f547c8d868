"""What agents read: every article, in lists and one by one, with what readers made of it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from hookdesk.api import FilteringHooks, agent, current_actor, id_argument, site
from hookdesk_kb import access, counting, forms, lists, search, settings, shelf, versions, voting
from hookdesk_kb.views.blueprint import article_url, bp, typed
from hookdesk_kb.views.portal import text_of


def fresh() -> access.Library:
    """What agents read, as it is stored now: another process may have served the save."""
    return access.Library(shelf.read(), current_actor())


def sidebar(mine: access.Library, here: int | None = None) -> dict[str, Any]:
    """What the frame of these pages shows beside them."""
    links = [
        {
            "label": node.name,
            "url": url_for("kb.index", category=node.id),
            "count": mine.counts.get(node.id, 0),
            "active": node.id == here,
            "level": node.level,
            "is_public": node.is_public,
        }
        for node in mine.nodes
    ]
    return {"categories": links, "all_count": len(mine.articles), "can_manage": current_actor().may(access.MANAGE)}


@bp.get("/agent/kb")
@agent()
def index() -> str:
    """Articles, the newest change first; `category`, `state` and `q` narrow them."""
    mine, words, state = fresh(), typed(), request.args.get("state", "")
    category_id = id_argument("category")
    node = mine.node(category_id) if category_id is not None else None
    if words:
        hits = search.find_somehow(current_actor(), words)[0]
        rows = lists.of([hit.article_id for hit in hits])
    else:
        ids = [one.id for one in mine.nodes if node and node.id in (one.id, *one.above)] if node else None
        rows = lists.page(ids, state, lists.of_cursor(request.args.get("before", "")))
    known = [(row, mine.shelf.articles[row.id]) for row in rows if row.id in mine.shelf.articles]
    following = ""
    if not words and len(rows) > lists.PAGE:
        following = url_for(
            "kb.index", category=category_id, state=state or None, before=lists.cursor(rows[lists.PAGE - 1])
        )
        known = known[: lists.PAGE]
    return render_template(
        "kb/desk/index.html",
        rows=[(row, item, item.said(), mine.shelf.label(item.category_id)) for row, item in known],
        words=words,
        node=node,
        state=state,
        states=forms.state_words(),
        counts=lists.states(),
        next_url=following,
        **sidebar(mine, category_id),
    )


@bp.get("/agent/kb/articles/<int:article_id>", endpoint="desk_article")
@agent()
def article(article_id: int) -> str:
    """One article in a language (`language`), its counters, and what readers said."""
    mine = fresh()
    item = mine.article(article_id)
    said = item.said([request.args.get("language", ""), *shelf.preferred()])
    newest = versions.one(item.id, said.locale)
    live = versions.live(item.id, said.locale)
    return render_template(
        "kb/desk/article.html",
        item=item,
        said=said,
        **text_of(item, said.locale, "kb.agent_file"),
        counters=counting.of(item.id),
        comments=voting.comments(item.id),
        languages=[(one, settings.name(one)) for one in item.texts],
        missing=[(one, settings.name(one)) for one in settings.languages() if one not in item.texts],
        state=forms.state_words()[item.state],
        topics=[topic_label(ref) for ref in sorted(item.topics)],
        ahead=newest.number if newest and newest.number > live else None,
        live=live,
        place=mine.shelf.label(item.category_id),
        public_url=article_url(item, said) if is_on_portal(mine, item) else "",
        **sidebar(mine, item.category_id),
    )


def is_on_portal(mine: access.Library, item: shelf.Item) -> bool:
    """True if requesters may read an article."""
    return item.is_published and mine.shelf.nodes[item.category_id].is_public


def topic_label(ref: str) -> str:
    """What a help topic is called."""
    found: str | None = site().hooks.first(FilteringHooks.topic_label, ref=ref)
    return found or ref


@bp.get("/agent/kb/answers", endpoint="answers_report")
@agent()
def report() -> str:
    """What comes of suggesting articles on the ticket form: in the last 30 days, and by article."""
    mine = fresh()
    rows = [(row, mine.shelf.articles[row.id]) for row in counting.best() if row.id in mine.shelf.articles]
    return render_template(
        "kb/desk/answers.html",
        lately=counting.lately(),
        days=counting.DAYS,
        rows=rows,
        is_on=settings.current().suggests,
        **sidebar(mine),
    )
