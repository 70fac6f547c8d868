"""The topics' pages in the admin panel."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, WebHooks, admin, current_actor, id_argument, site
from hookdesk_topics import choices, services, tree
from hookdesk_topics.forms import TopicForm

bp = Blueprint("topics", __name__, url_prefix="/admin/topics")
Page = str | Response | tuple[str, int]


@bp.get("")
@admin
def index() -> str:
    """All topics as a tree, with where each leads and how often it is used."""
    found = tree.nodes()
    return render_template(
        "topics/index.html",
        nodes=found,
        firsts=set({node.parent_id: node.id for node in reversed(found)}.values()),
        lasts=set({node.parent_id: node.id for node in found}.values()),
        used=services.used(),
        unlisted=services.unlisted(),
        departments=dict(choices.departments()),
        priorities=dict(choices.priorities()),
    )


@bp.post("/departments")
@admin
def departments() -> Response:
    """Say which departments' topics the portal offers: those whose ids are sent as `listed`."""
    listed = request.form.getlist("listed")
    services.set_unlisted(
        current_actor(), {row_id for row_id, _name in choices.departments() if str(row_id) not in listed}
    )
    flash(_("Saved."), "success")
    return redirect(url_for("topics.index"))


@bp.route("/new", methods=["GET", "POST"])
@admin
def new() -> Page:
    """A new topic; `?like=<id>` begins with what another one has."""
    like = id_argument("like")
    if like is None:
        return _edit(TopicForm(), None)
    given = _filled(_found(like))
    name = _("%(name)s (copy)", name=given["name"])[:100]
    return _edit(TopicForm(data={**given, "name": name, "is_default": False}), None)


@bp.route("/<int:topic_id>", methods=["GET", "POST"])
@admin
def edit(topic_id: int) -> Page:
    """Change a topic."""
    node = _found(topic_id)
    return _edit(TopicForm(data=_filled(node)), node)


def _filled(node: tree.Node) -> dict[str, Any]:
    """What a topic's form shows: its own values, not those that it has from above."""
    return {**node.own._mapping, "organizations": "\n".join(services.audience(node.id))}


@bp.post("/<int:topic_id>/move")
@admin
def move(topic_id: int) -> Response:
    """Move a topic before or behind its neighbour (`step`: "up" or "down")."""
    services.move(current_actor(), _found(topic_id).id, -1 if request.form.get("step") == "up" else 1)
    return redirect(url_for("topics.index", _anchor=f"topic-{topic_id}"))


@bp.post("/<int:topic_id>/delete")
@admin
def delete(topic_id: int) -> Response:
    """Delete a topic."""
    node = _found(topic_id)
    services.remove(current_actor(), topic_id)
    flash(_("The topic %(name)s is deleted.", name=node.label))
    return redirect(url_for("topics.index"))


def _edit(form: TopicForm, node: tree.Node | None) -> Page:
    """Show the form, or store what it holds."""
    found = tree.nodes()
    choices.fill(form, found, node)
    if form.validate_on_submit():
        try:
            services.save(current_actor(), form.values(), node.id if node else None)
        except services.TopicProblem as problem:
            getattr(form, problem.field).errors = (str(problem),)
        except LookupError as error:
            raise NotFound(str(error)) from None
        else:
            flash(_("The topic %(name)s is saved.", name=form.name.data), "success")
            return redirect(url_for("topics.index"))
    page = render_template(
        "topics/edit.html",
        form=form,
        node=node,
        uses=services.used().get(node.ref, 0) if node else 0,
        others=site().hooks.collect(WebHooks.reference_uses, ref=node.ref) if node else [],
        has_below=_has_below(found, node),
    )
    return (page, 422) if form.errors else page


def _found(topic_id: int) -> tree.Node:
    """The topic of that id, or the page that says there is none."""
    node = next((one for one in tree.nodes() if one.id == topic_id), None)
    if node is None:
        raise NotFound("no such topic")
    return node


def _has_below(found: list[tree.Node], node: tree.Node | None) -> bool:
    """True if other topics lie below this one."""
    return node is not None and any(one.parent_id == node.id for one in found)
