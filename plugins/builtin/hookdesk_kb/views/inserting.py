"""For the composer of a ticket: articles to be put into a reply, as a link or as a whole."""

from __future__ import annotations

from itertools import islice

from flask import jsonify, url_for
from flask_babel import gettext as _
from markupsafe import escape
from werkzeug.wrappers import Response

from hookdesk.api import absolute_url, agent, carried, current_actor, html_to_text
from hookdesk_kb import files, search, shelf
from hookdesk_kb.views.blueprint import bp, library, typed
from hookdesk_kb.views.desk import is_on_portal
from hookdesk_kb.views.portal import words_of

MOST = 10


@bp.get("/agent/kb/insert")
@agent()
def insert() -> Response:
    """What fits the words; the first articles while there are none. Of those on the portal, the link comes first."""
    mine, words = library(), typed()
    ids = [hit.article_id for hit in search.find_somehow(current_actor(), words, most=MOST)[0]] if words else []
    items = [mine.shelf.articles[one] for one in ids if one in mine.shelf.articles] if words else mine.articles
    offered = islice((item for item in items if item.state in ("published", "internal")), MOST)
    return jsonify(items=[line for item in offered for line in _lines(item)])


def _lines(item: shelf.Item) -> list[dict[str, str]]:
    """What can be put in of an article."""
    mine, title = library(), item.said().title
    as_text = {
        "label": title,
        "hint": _("Its text"),
        "url": url_for("kb.insert_text", article_id=item.id),
    }
    if not is_on_portal(mine, item):
        return [{**as_text, "hint": _("Its text; internal: read it over first")}]
    as_link = {"label": title, "hint": _("A link"), "url": url_for("kb.insert_link", article_id=item.id)}
    return [as_link, as_text]


@bp.get("/agent/kb/insert/<int:article_id>/link")
@agent()
def insert_link(article_id: int) -> Response:
    """A link to an article on the portal."""
    item = library().article(article_id)
    said = item.said()
    url = absolute_url("kb.article", language=said.tag, article_id=item.id, slug=said.slug)
    html = f'<a href="{escape(url)}">{escape(said.title)}</a>'
    return jsonify(html=html, text=f"{said.title}: {url}", files=[])


@bp.get("/agent/kb/insert/<int:article_id>/text")
@agent()
def insert_text(article_id: int) -> Response:
    """An article's words, with its files."""
    item = library().article(article_id)
    said = item.said()
    html = words_of(item, said.locale)
    rows = files.of(article_id)
    inside = [row for row in rows if row.content_id and f"cid:{row.content_id}" in html]
    stored = map(files.stored, [*inside, *files.below(rows, said.locale, item.locale)])
    return jsonify(html=html, text=html_to_text(html), files=[carried(file) for file in stored])
