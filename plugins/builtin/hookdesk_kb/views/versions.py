"""What an article said before."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import agent, current_actor, id_argument
from hookdesk_kb import access, services, settings, versions
from hookdesk_kb.views.blueprint import bp
from hookdesk_kb.views.desk import fresh, sidebar


@bp.get("/agent/kb/articles/<int:article_id>/versions", endpoint="versions")
@agent(access.MANAGE)
def history(article_id: int) -> str:
    """Every version in a language, and what changed from `old` to `new`: by default, by the newest one."""
    mine = fresh()
    item = mine.article(article_id)
    said = item.said([request.args.get("language", "")])
    rows = versions.listed(article_id, said.locale)
    new = id_argument("new") or (rows[0].number if rows else 0)
    old = id_argument("old") or max((row.number for row in rows if row.number < new), default=0)
    changes = versions.difference(article_id, said.locale, old, new) if old else None
    return render_template(
        "kb/desk/versions.html",
        item=item,
        said=said,
        language=settings.name(said.locale),
        rows=rows,
        old=old,
        new=new,
        changes=changes,
        live=versions.live(article_id, said.locale),
        field_words={"title": _("Title"), "summary": _("In one sentence"), "keywords": _("Further words"), "html": _("Text")},
        **sidebar(mine, item.category_id),
    )  # fmt: skip


@bp.post("/agent/kb/articles/<int:article_id>/versions/<int:number>/restore", endpoint="restore")
@agent(access.MANAGE)
def restore(article_id: int, number: int) -> Response:
    """Let readers have an old version again; those after it are kept."""
    locale = request.form.get("language", "")
    services.publish_changes(current_actor(), article_id, locale, number)
    flash(_("Version %(number)s is what readers see again.", number=number), "success")
    return redirect(url_for("kb.desk_article", article_id=article_id, language=locale))
