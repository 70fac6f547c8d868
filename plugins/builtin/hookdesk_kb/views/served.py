"""What is no page: files of articles, and the list of addresses for search engines."""

from __future__ import annotations

from flask import Response, make_response, render_template

from hookdesk.api import absolute_url, current_actor, limiter, public, stored_file
from hookdesk_kb import files
from hookdesk_kb.views.blueprint import bp, library

MOST = 50_000  # as sitemaps.org allows


@bp.get("/help/files/<int:file_id>/<name>", endpoint="file")
@bp.get("/agent/kb/files/<int:file_id>/<name>", endpoint="agent_file")
@public
@limiter.limit("600 per minute")
def file(file_id: int, name: str) -> Response:
    """A picture or file, for who may read its article. `name` is for people and not looked at."""
    return stored_file(files.readable(current_actor(), file_id))


@bp.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """Every article that guests may read, in each language, and which of them say the same."""
    pages = []
    for item in library().articles:
        alternates = {
            said.tag: absolute_url("kb.article", language=said.tag, article_id=item.id, slug=said.slug)
            for said in item.texts.values()
        }
        pages += [(alternates[said.tag], said.updated_at, alternates) for said in item.texts.values()]
    response = make_response(render_template("kb/sitemap.xml", pages=pages[:MOST]))
    response.mimetype = "application/xml"
    return response
