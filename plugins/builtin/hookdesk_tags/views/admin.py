"""Tags in the admin panel."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, WebHooks, admin, current_actor, site
from hookdesk_tags import catalogue, services
from hookdesk_tags.catalogue import Label
from hookdesk_tags.forms import MergeForm, TagForm
from hookdesk_tags.palette import COLOURS
from hookdesk_tags.views.blueprint import bp

Page = str | Response | tuple[str, int]


@bp.get("/admin/tags")
@admin
def index() -> str:
    """All tags, and on how many tickets each stands."""
    return render_template("tags/index.html", labels=catalogue.everything().values(), uses=catalogue.uses())


@bp.route("/admin/tags/new", methods=["GET", "POST"])
@admin
def new() -> Page:
    """A new tag."""
    return _edit(TagForm(), None)


@bp.route("/admin/tags/<int:tag_id>", methods=["GET", "POST"])
@admin
def edit(tag_id: int) -> Page:
    """Give a tag another name or colour."""
    found = _found(tag_id)
    return _edit(TagForm(data={"name": found.name, "colour": found.colour}), found)


@bp.post("/admin/tags/<int:tag_id>/merge")
@admin
def merge(tag_id: int) -> Response:
    """Give its tickets another tag instead."""
    found, form = _found(tag_id), _merging(tag_id)
    if form.validate_on_submit():
        try:
            into = services.merge(current_actor(), tag_id, form.into.data)
        except (LookupError, services.TagProblem):
            flash(_("One of the two tags is gone meanwhile."), "danger")
        else:
            flash(_("The tickets of %(name)s now have the tag %(into)s.", name=found.name, into=into), "success")
            return redirect(url_for("tags.index"))
    else:
        flash(_("Nothing was changed: choose another tag that is still there."), "danger")
    return redirect(url_for("tags.edit", tag_id=tag_id))


@bp.post("/admin/tags/<int:tag_id>/delete")
@admin
def delete(tag_id: int) -> Response:
    """Delete a tag."""
    found = _found(tag_id)
    services.remove(current_actor(), tag_id)
    flash(_("The tag %(name)s is deleted.", name=found.name))
    return redirect(url_for("tags.index"))


def _edit(form: TagForm, found: Label | None) -> Page:
    """Show the form, or store what it holds."""
    form.colour.choices = list(COLOURS.items())
    if form.validate_on_submit():
        try:
            services.save(current_actor(), form.name.data, form.colour.data, found.id if found else None)
        except services.TagProblem as problem:
            form.name.errors = (str(problem),)
        except LookupError as error:
            raise NotFound(str(error)) from None
        else:
            flash(_("The tag %(name)s is saved.", name=form.name.data), "success")
            return redirect(url_for("tags.index"))
    page = render_template(
        "tags/edit.html",
        form=form,
        label=found,
        merging=_merging(found.id) if found else None,
        uses=catalogue.uses(found.id)[found.id] if found else 0,
        others=site().hooks.collect(WebHooks.reference_uses, ref=f"tag:{found.id}") if found else [],
    )
    return (page, 422) if form.errors else page


def _merging(tag_id: int) -> MergeForm:
    """The form that merges a tag, with the others to choose from."""
    form = MergeForm()
    form.into.choices = [(one.id, one.name) for one in catalogue.everything().values() if one.id != tag_id]
    return form


def _found(tag_id: int) -> Label:
    """The tag of that id, or the page that says there is none."""
    try:
        return services.label(tag_id)
    except LookupError:
        raise NotFound("no such tag") from None
