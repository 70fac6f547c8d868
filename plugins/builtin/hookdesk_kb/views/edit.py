"""Writing articles."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_timezone
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, agent, attachments, carried, current_actor, id_argument, is_editable
from hookdesk_kb import access, drafting, files, forms, services, settings, shelf, versions
from hookdesk_kb.views.blueprint import bp, topics
from hookdesk_kb.views.desk import fresh, sidebar, topic_label

Page = str | Response | tuple[str, int]
MANAGE = access.MANAGE


@bp.route("/agent/kb/new", methods=["GET", "POST"])
@agent(MANAGE)
def new() -> Page:
    """A new article; `category` chooses one, `entry` begins with what a message of a ticket says."""
    mine = fresh()
    if not mine.nodes:
        flash(_("Make a category first: every article stands in one."))
        return redirect(url_for("kb.new_category"))
    entry_id = id_argument("entry")
    source = drafting.from_entry(current_actor(), entry_id) if entry_id is not None else None
    first = id_argument("category") or mine.nodes[0].id
    given: dict[str, Any] = {"category_id": first, "state": "draft"}
    if source:
        given |= {"title": source.title, "html": source.html}
    form = forms.ArticleForm(data=given)
    form.html.files = [carried(file) for file in source.pictures] if source else []
    return _edit(form, mine, None, settings.main_language(), source)


@bp.route("/agent/kb/articles/<int:article_id>/edit", methods=["GET", "POST"])
@agent(MANAGE)
def edit(article_id: int) -> Page:
    """Change an article in a language (`language`); one that it has not yet becomes a translation."""
    mine = fresh()
    item = mine.article(article_id)
    locale = request.args.get("language", item.locale)
    if locale not in (*settings.languages(), *item.texts):
        raise NotFound("no such language")
    newest = versions.one(article_id, locale)
    given: dict[str, Any] = {
        "category_id": item.category_id,
        "state": item.state,
        "publish_at": item.publish_at.astimezone(get_timezone()).replace(tzinfo=None) if item.publish_at else None,
        "is_featured": item.is_featured,
        "topics": sorted(item.topics),
    }
    if newest:
        given |= {name: getattr(newest, name) for name in ("title", "summary", "keywords", "html")}
    form = forms.ArticleForm(data=given)
    form.html.files = [carried(files.stored(row)) for row in files.of(article_id) if row.content_id]
    return _edit(form, mine, item, locale, None)


def _edit(
    form: forms.ArticleForm, mine: access.Library, item: shelf.Item | None, locale: str, source: drafting.Source | None
) -> Page:
    """Show the form, or store what it holds."""
    _offer(form, mine, item)
    form.html.upload = url_for("core.upload")
    if form.validate_on_submit():
        try:
            article_id = _save(form, item, locale, source)
        except services.KbProblem as problem:
            getattr(form, problem.field).errors = (str(problem),)
        except (attachments.NoStorage, OSError):
            form.files.errors = (_("Files cannot be stored at the moment. Save it without them, or try again later."),)
        else:
            return redirect(url_for("kb.desk_article", article_id=article_id, language=locale))
    live = versions.live(item.id, locale) if item else 0
    newest = versions.one(item.id, locale) if item else None
    page = render_template(
        "kb/desk/edit.html",
        form=form,
        item=item,
        locale=locale,
        language=settings.name(locale),
        has_languages=len(settings.languages()) > 1,
        source=source,
        is_source=request.args.get("as") == "html" or not is_editable(form.html.html),
        original=item.texts[item.locale] if item and locale not in item.texts else None,
        is_live=live > 0 and item is not None and item.state in ("published", "internal"),
        is_ahead=newest is not None and newest.number > live > 0,
        kept=[row for row in files.of(item.id) if row.locale == locale and not row.content_id] if item else [],
        **sidebar(mine, item.category_id if item else None),
    )
    return (page, 422) if form.errors else page


def _offer(form: forms.ArticleForm, mine: access.Library, item: shelf.Item | None) -> None:
    """Give the menus their choices; what the article has now stays among them."""
    form.category_id.choices = [(node.id, mine.shelf.label(node.id)) for node in mine.nodes]
    form.state.choices = list(forms.state_words().items())
    offered = [(choice.ref, choice.label) for choice in topics()]
    held = sorted((item.topics if item else frozenset()) - {ref for ref, _label in offered})
    form.topics.choices = [*offered, *((ref, topic_label(ref)) for ref in held)]


def _save(form: forms.ArticleForm, item: shelf.Item | None, locale: str, source: drafting.Source | None) -> int:
    """Store it, with the files that were chosen."""
    goes_live = "keep" not in request.form
    added = [files.Added(attachments.store(file)) for file in form.files.files()]
    own = {row.content_id for row in files.of(item.id)} if item else set()
    added += [files.Added(file, file.content_id) for file in form.kept.data if file.content_id not in own]
    if source:
        added += source.taken(request.form.getlist("take"))
    dropped = {int(one) for one in request.form.getlist("drop") if one.isascii() and one.isdigit() and len(one) < 19}
    article_id = services.save(
        current_actor(), item.id if item else None, locale, form.details(), form.words(),
        goes_live=goes_live, added=added, dropped=dropped,
    )  # fmt: skip
    flash(_("The article is saved.") if goes_live else _("Kept as a draft: readers have what they had."), "success")
    return article_id


@bp.post("/agent/kb/articles/<int:article_id>/publish")
@agent(MANAGE)
def publish(article_id: int) -> Response:
    """Let readers have the changes that were kept as a draft."""
    locale = request.form.get("language", "")
    services.publish_changes(current_actor(), article_id, locale)
    flash(_("Readers have the changes now."), "success")
    return redirect(url_for("kb.desk_article", article_id=article_id, language=locale))


@bp.post("/agent/kb/articles/<int:article_id>/discard")
@agent(MANAGE)
def discard(article_id: int) -> Response:
    """Throw those changes away."""
    locale = request.form.get("language", "")
    services.discard_changes(current_actor(), article_id, locale)
    flash(_("The draft of changes is gone."))
    return redirect(url_for("kb.desk_article", article_id=article_id, language=locale))


@bp.post("/agent/kb/articles/<int:article_id>/delete")
@agent(MANAGE)
def delete(article_id: int) -> Response:
    """Delete an article, or one translation of it (`language`)."""
    locale = request.form.get("language", "")
    item = fresh().article(article_id)
    services.remove(current_actor(), article_id, locale)
    if locale and locale != item.locale:
        flash(_("The translation is deleted."))
        return redirect(url_for("kb.desk_article", article_id=article_id))
    flash(_("The article %(title)s is deleted.", title=item.said([item.locale]).title))
    return redirect(url_for("kb.index"))
