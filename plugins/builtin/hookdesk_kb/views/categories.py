"""Keeping categories."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, agent, clean_line, clean_text, current_actor
from hookdesk_kb import access, categories, forms, services, settings, shelf
from hookdesk_kb.views.blueprint import bp
from hookdesk_kb.views.desk import fresh, sidebar

Page = str | Response | tuple[str, int]


@bp.get("/agent/kb/categories", endpoint="categories")
@agent(access.MANAGE)
def listed() -> str:
    """All categories as a tree."""
    mine = fresh()
    return render_template(
        "kb/desk/categories.html",
        nodes=mine.nodes,
        held=mine.counts,
        firsts=set({node.parent_id: node.id for node in reversed(mine.nodes)}.values()),
        lasts=set({node.parent_id: node.id for node in mine.nodes}.values()),
        **sidebar(mine),
    )


@bp.route("/agent/kb/categories/new", methods=["GET", "POST"])
@agent(access.MANAGE)
def new_category() -> Page:
    """A new category."""
    return _edit(forms.CategoryForm(), None)


@bp.route("/agent/kb/categories/<int:category_id>", methods=["GET", "POST"])
@agent(access.MANAGE)
def edit_category(category_id: int) -> Page:
    """Change a category."""
    node = fresh().node(category_id)
    name, description = node.names[settings.main_language()]
    given = {
        "name": name, "description": description, "parent_id": node.parent_id, "is_public": node.is_own_public,
        "is_featured": node.is_featured,
    }  # fmt: skip
    return _edit(forms.CategoryForm(data=given), node)


@bp.post("/agent/kb/categories/<int:category_id>/move")
@agent(access.MANAGE)
def move_category(category_id: int) -> Response:
    """Move a category before or behind its neighbour (`step`: "up" or "down")."""
    categories.move(current_actor(), category_id, -1 if request.form.get("step") == "up" else 1)
    return redirect(url_for("kb.categories", _anchor=f"category-{category_id}"))


@bp.post("/agent/kb/categories/<int:category_id>/delete")
@agent(access.MANAGE)
def delete_category(category_id: int) -> Response:
    """Delete a category that holds nothing."""
    node = fresh().node(category_id)
    try:
        categories.remove(current_actor(), category_id)
    except services.KbProblem as problem:
        flash(str(problem), "warning")
        return redirect(url_for("kb.edit_category", category_id=category_id))
    flash(_("The category %(name)s is deleted.", name=node.name))
    return redirect(url_for("kb.categories"))


def _edit(form: forms.CategoryForm, node: shelf.Node | None) -> Page:
    """Show the form, or store what it holds."""
    mine = fresh()
    own = node.id if node else 0
    form.parent_id.choices = [
        ("", _("No category: it stands at the top")),
        *((one.id, mine.shelf.label(one.id)) for one in mine.nodes if own not in (one.id, *one.above)),
    ]
    names = _names(node)
    if form.validate_on_submit():
        try:
            categories.save(current_actor(), form.values(names), node.id if node else None)
        except services.KbProblem as problem:
            getattr(form, problem.field).errors = (str(problem),)
        except LookupError as error:
            raise NotFound(str(error)) from None
        else:
            flash(_("The category %(name)s is saved.", name=form.name.data), "success")
            return redirect(url_for("kb.categories"))
    page = render_template(
        "kb/desk/category.html",
        form=form,
        node=node,
        names=[(locale, settings.name(locale), *names.get(locale, ("", ""))) for locale in _further()],
        held=mine.counts.get(own, 0),
        **sidebar(mine, own or None),
    )
    return (page, 422) if form.errors else page


def _further() -> list[str]:
    """The languages besides the site's own."""
    return [locale for locale in settings.languages() if locale != settings.main_language()]


def _names(node: shelf.Node | None) -> dict[str, tuple[str, str]]:
    """Names and descriptions in those: as sent, or as they are."""
    if request.method != "POST":
        return dict(node.names) if node else {}
    return {
        locale: (
            clean_line(request.form.get(f"name_{locale}", ""))[:100],
            clean_text(request.form.get(f"description_{locale}", ""))[:2000],
        )
        for locale in _further()
    }
