"""What requesters read: categories, articles, the results of a search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import current_app, redirect, render_template, request, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import absolute_url, current_actor, fulltext, html_to_text, limiter, public, reading
from hookdesk_kb import files, pictures, related, search, settings, shelf, voting
from hookdesk_kb.access import Library
from hookdesk_kb.models import ArticleText
from hookdesk_kb.views.blueprint import article_url, bp, category_url, for_readers, library, topics, typed

TOP = 3


@bp.get("/help")
@public
@for_readers
def home() -> str:
    """Every category with its first articles."""
    mine = library()
    return render_template(
        "kb/home.html",
        sections=sections(mine, None, 5),
        featured=related.featured(mine, 6),
        link=article_url,
        form_url=form_url(),
    )


def form_url() -> str:
    """Where those write to us whom no article answers; "" if the portal is switched off."""
    return url_for("portal.open_form") if "portal.open_form" in current_app.view_functions else ""


def sections(mine: Library, parent_id: int | None, most: int = TOP) -> list[dict[str, Any]]:
    """The categories right below one: each with its address, its count, and its first articles."""
    nodes = [node for node in mine.nodes if node.parent_id == parent_id]
    return [
        {"node": node, "url": category_url(node), "count": mine.counts[node.id], "items": mine.within(node.id)[:most]}
        for node in sorted(nodes, key=lambda node: not node.is_featured)
    ]


@bp.get("/help/categories/<int:category_id>-<slug>")
@public
@for_readers
def category(category_id: int, slug: str) -> str | Response:
    """A category: what lies below it, and its own articles."""
    mine = library()
    node = mine.node(category_id)
    if slug != node.slug:
        return redirect(category_url(node), 301)
    own = [item for item in mine.within(category_id) if item.category_id == category_id]
    return render_template(
        "kb/category.html",
        node=node,
        crumbs=_crumbs(mine, category_id)[:-1],
        sections=sections(mine, category_id),
        items=own,
        link=article_url,
        canonical=absolute_url("kb.category", category_id=category_id, slug=slug),
    )


def _crumbs(mine: Library, category_id: int) -> list[tuple[str, str]]:
    """The way down to a category."""
    return [(node.name, category_url(node)) for node in mine.shelf.path(category_id)]


@bp.get("/help/<int:article_id>")
@public
@for_readers
def short(article_id: int) -> Response:
    """An address without words: on to the article in the reader's language."""
    return redirect(article_url(library().article(article_id)))


@bp.get("/help/<language>/<int:article_id>-<slug>")
@public
@for_readers
def article(language: str, article_id: int, slug: str) -> str | Response:
    """An article. The number says which; an old title in the address leads to the new one."""
    mine = library()
    item = mine.article(article_id)
    said = item.said([language.replace("-", "_"), *shelf.preferred()])
    if (said.tag, said.slug) != (language, slug):
        return redirect(article_url(item, said), 301)
    voter = voting.known_voter(current_actor(), session)
    return render_template(
        "kb/article.html",
        item=item,
        said=said,
        **text_of(item, said.locale, "kb.file"),
        crumbs=_crumbs(mine, item.category_id),
        related=related.to(mine, item),
        link=article_url,
        translations=_translations(item),
        canonical=absolute_url("kb.article", language=language, article_id=article_id, slug=slug),
        own=voting.own(article_id, voter),
        thanked=request.args.get("thanks", ""),
        is_private=settings.current().is_restricted,
    )


def text_of(item: shelf.Item, locale: str, endpoint: str) -> dict[str, Any]:
    """An article's words with its pictures, and its files."""
    html, rows = words_of(item, locale), files.of(item.id)
    attached = [
        {
            "name": row.filename,
            "url": url_for(endpoint, file_id=row.id, name=row.filename),
            "size": row.size,
            "content_type": row.content_type,
        }
        for row in files.below(rows, locale, item.locale)
    ]
    return {"body": pictures.shown(html, files.names(rows), endpoint), "files": attached}


def words_of(item: shelf.Item, locale: str) -> str:
    """An article's words as they are kept."""
    mine = (ArticleText.article_id == item.id, ArticleText.locale == locale)
    return reading().scalar(select(ArticleText.html).where(*mine)) or ""


def _translations(item: shelf.Item) -> list[dict[str, str]]:
    """Every language that an article can be read in: its tag, its name in itself, and both addresses."""
    return [
        {
            "tag": said.tag,
            "name": settings.own_name(said.locale),
            "url": article_url(item, said),
            "absolute": absolute_url("kb.article", language=said.tag, article_id=item.id, slug=said.slug),
        }
        for said in item.texts.values()
    ]


@bp.get("/help/search")
@public
@for_readers
@limiter.limit("120 per minute")
def results() -> str:
    """Articles that hold the words, the best first; `topic` keeps to those of a help topic."""
    mine, words, topic = library(), typed(), typed("topic")
    hits, is_loose = search.find_somehow(current_actor(), words, topic)
    used = {ref for item in mine.articles for ref in item.topics}
    return render_template(
        "kb/results.html",
        words=words,
        found=found(mine, hits, words),
        is_loose=is_loose,
        most=search.MOST,
        topic=topic,
        topics=[choice for choice in topics() if choice.ref in used],
        form_url=form_url(),
    )


def found(mine: Library, hits: list[search.Hit], words: str) -> list[dict[str, Any]]:
    """Hits as a page shows them: title and a piece of the text with the words marked."""
    texts, shown = _texts(hits), list(lines(mine, hits, words))
    for one in shown:
        html = texts.get((one["item"].id, one["said"].locale), "")
        one["excerpt"] = fulltext.excerpt(html_to_text(html), words)
    return shown


def lines(mine: Library, hits: Iterable[search.Hit], words: str) -> Iterator[dict[str, Any]]:
    """Hits as a list shows them while somebody types: the title, with the words marked."""
    for hit in hits:
        item = mine.shelf.articles.get(hit.article_id)
        if item is not None and hit.locale in item.texts:  # else it was changed since the shelf was read
            yield line(mine, item, item.texts[hit.locale], words)


def line(mine: Library, item: shelf.Item, said: shelf.Said, words: str) -> dict[str, Any]:
    """An article as lists of what was found show it."""
    return {
        "item": item,
        "said": said,
        "url": article_url(item, said),
        "title": fulltext.marked(said.title, words),
        "place": mine.shelf.label(item.category_id),
    }


def _texts(hits: list[search.Hit]) -> dict[tuple[int, str], str]:
    """What the hits say."""
    asked = select(ArticleText.article_id, ArticleText.locale, ArticleText.html)
    rows = reading().all(asked.where(ArticleText.article_id.in_({hit.article_id for hit in hits}))) if hits else []
    return {(row.article_id, row.locale): row.html for row in rows}
