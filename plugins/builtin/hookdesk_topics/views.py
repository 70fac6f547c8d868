"""The topics' pages in the admin panel."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import Department, NotFound, Priority, admin, current_actor, reading
from hookdesk_topics import services, tree
from hookdesk_topics.forms import TopicForm

bp = Blueprint("topics", __name__, url_prefix="/admin/topics")
MOST_CHOICES = 500


@bp.get("")
@admin
def index() -> str:
    """All topics as a tree, with where each leads and how often it is used."""
    names = {"departments": dict(_departments()), "priorities": dict(_priorities())}
    unlisted = services.unlisted()
    return render_template("topics/index.html", nodes=tree.nodes(), used=services.used(), unlisted=unlisted, **names)


@bp.post("/departments")
@admin
def departments() -> Response:
    """Say which departments' topics the portal offers: those whose ids are sent as `listed`."""
    listed = request.form.getlist("listed")
    services.set_unlisted(current_actor(), {row_id for row_id, _name in _departments() if str(row_id) not in listed})
    flash(_("Saved."), "success")
    return redirect(url_for("topics.index"))


@bp.route("/new", methods=["GET", "POST"])
@admin
def new() -> str | Response | tuple[str, int]:
    """A new topic."""
    return _edit(TopicForm(), None)


@bp.route("/<int:topic_id>", methods=["GET", "POST"])
@admin
def edit(topic_id: int) -> str | Response | tuple[str, int]:
    """Change a topic."""
    node = _found(topic_id)
    own = {
        "name": node.name, "parent_id": node.parent_id, "intro": node.intro, "department_id": node.own_department_id,
        "priority_id": node.own_priority_id, "is_public": node.own_public, "is_active": node.own_active, "position": node.position,
        "is_restricted": node.own_restricted, "organizations": "\n".join(services.audience(topic_id)),
    }  # fmt: skip
    return _edit(TopicForm(data=own), node)


@bp.post("/<int:topic_id>/delete")
@admin
def delete(topic_id: int) -> Response:
    """Delete a topic."""
    node = _found(topic_id)
    services.remove(current_actor(), topic_id)
    flash(_("The topic %(name)s is deleted.", name=node.label))
    return redirect(url_for("topics.index"))


def _edit(form: TopicForm, node: tree.Node | None) -> str | Response | tuple[str, int]:
    """Show the form, or store what it holds."""
    found = tree.nodes()
    below = [one for one in found if node is None or not tree.is_below(found, one.id, node.id)]
    form.parent_id.choices = [("", _("None: it stands at the top")), *((one.id, one.label) for one in below)]
    form.department_id.choices = [("", _("As the parent topic, or the default")), *_departments()]
    form.priority_id.choices = [("", _("As the parent topic, or the default")), *_priorities()]
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
    uses = services.used().get(node.ref, 0) if node else 0
    page = render_template("topics/edit.html", form=form, node=node, uses=uses, has_below=_has_below(found, node))
    return (page, 422) if form.errors else page


def _found(topic_id: int) -> tree.Node:
    """The topic of that id, or the page that says there is none."""
    node = tree.by_ref(f"{tree.PREFIX}{topic_id}")
    if node is None:
        raise NotFound("no such topic")
    return node


def _has_below(found: list[tree.Node], node: tree.Node | None) -> bool:
    """True if other topics lie below this one."""
    return node is not None and any(one.parent_id == node.id for one in found)


def _departments() -> list[Any]:
    """Id and name of each active department."""
    asked = select(Department.id, Department.name).where(Department.is_active).order_by(Department.name)
    return [tuple(row) for row in reading().all(asked.limit(MOST_CHOICES))]


def _priorities() -> list[Any]:
    """Id and name of each priority, the least urgent first."""
    return [
        tuple(row)
        for row in reading().all(select(Priority.id, Priority.name).order_by(Priority.rank.desc()).limit(MOST_CHOICES))
    ]
