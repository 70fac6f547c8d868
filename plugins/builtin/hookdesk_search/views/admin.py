"""The admin panel's page about the index."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import RunningHooks, admin, reading, site
from hookdesk_search import rebuilding
from hookdesk_search.views.blueprint import bp


@bp.get("/admin/search")
@admin
def index() -> str:
    """What can be found, and how far a rebuild is; with `?part=1` only that."""
    is_part = bool(request.args.get("part"))
    return render_template(
        "search/progress.html" if is_part else "search/index.html",
        rebuild=rebuilding.latest(),
        documents=rebuilding.documents(),
        backend=_backend(),
    )


def _backend() -> str:
    """What finds words in this database, as people call it; a plugin's backend by its name."""
    backends = site().hooks.collect(RunningHooks.search_backends)
    name = next((one.name for one in backends if one.matching(reading().dialect, "word", True) is not None), "")
    words = {"fts5": _("by SQLite's own full text index"), "tsvector": _("by PostgreSQL's own full text index")}
    return str(words.get(name, name))


@bp.post("/admin/search/rebuild")
@admin
def rebuild() -> Response:
    """Index everything anew."""
    rebuilding.begin()
    flash(_("Tickets are being indexed anew; people can go on searching meanwhile."), "success")
    return redirect(url_for("search.index"))
