"""The queues of everybody, in the admin panel."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, admin, agent, criteria, current_actor, id_argument
from hookdesk_queues import fields, lists, services, tree
from hookdesk_queues.tree import Node
from hookdesk_queues.values import INHERITED
from hookdesk_queues.views.blueprint import bp
from hookdesk_queues.views.editing import Page, Place, edit

PLACE = Place("queues/edit.html", None, lambda: url_for("queues.index"))


def found(queue_id: int) -> Node:
    """A queue of everybody, or the page that says there is none."""
    node = tree.forest().node(queue_id)
    if node is None or node.own.agent_id is not None:
        raise NotFound("no such queue")
    return node


@bp.get("/admin/queues", endpoint="index")
@admin
def index() -> str:
    """All of them as a tree, each with its conditions in words."""
    nodes, known = tree.forest().of(None), fields.stored()
    labels = {name: fields.labels(field) for name, field in known.items() if name in _named(nodes)}
    return render_template(
        "queues/index.html",
        nodes=nodes,
        words={node.id: _words(node, labels) for node in nodes},
        firsts=set({node.own.parent_id: node.id for node in reversed(nodes)}.values()),
        lasts=set({node.own.parent_id: node.id for node in nodes}.values()),
        is_quick={node.id: _is_quick(node) for node in nodes},
    )


def _named(nodes: list[Node]) -> set[str]:
    """The fields that conditions name."""
    known, names = fields.stored(), set()
    for node in nodes:
        try:
            names |= {
                one.field for one in criteria.comparisons(criteria.load(node.own.conditions, known, is_stored=True))
            }
        except criteria.CriteriaProblem:
            continue
    return names


def _words(node: Node, labels: criteria.Labels) -> str:
    """A queue's own words and conditions as a sentence; what is wrong with them if they cannot be asked."""
    try:
        group = criteria.load(node.own.conditions, fields.stored(), is_stored=True)
    except criteria.CriteriaProblem as problem:
        return str(problem)
    said = criteria.sentence(group, fields.stored(), labels) if group.parts else ""
    words = _("Contains: %(words)s", words=node.own.words) if node.own.words else ""
    return " · ".join(part for part in (words, said) if part)


def _is_quick(node: Node) -> bool:
    """True if the sidebar counts it: indexes answer it, and nothing is searched for."""
    if node.words:
        return False
    try:
        return fields.is_quick(lists.group_of(node, fields.stored()), fields.stored(), node.state)
    except criteria.CriteriaProblem:
        return True


@bp.route("/admin/queues/new", methods=["GET", "POST"], endpoint="admin_new")
@admin
def new() -> Page:
    """A new one."""
    return edit(PLACE, tree.forest(), None, {"inherits": list(INHERITED), "parent_id": id_argument("below")})


@bp.route("/admin/queues/<int:queue_id>", methods=["GET", "POST"], endpoint="admin_edit")
@admin
def change(queue_id: int) -> Page:
    """Change one."""
    return edit(PLACE, tree.forest(), found(queue_id), {})


@bp.post("/admin/queues/<int:queue_id>/switch", endpoint="switch")
@admin
def switch(queue_id: int) -> Response:
    """Show or hide it."""
    node = found(queue_id)
    services.switch(current_actor(), queue_id, request.form.get("enabled") == "1")
    flash(_("The queue %(name)s is switched.", name=node.label), "success")
    return redirect(url_for("queues.index"))


@bp.post("/admin/queues/<int:queue_id>/move", endpoint="move")
@admin
def move(queue_id: int) -> Response:
    """Move it by one place."""
    found(queue_id)
    services.move(current_actor(), queue_id, -1 if request.form.get("step") == "up" else 1)
    return redirect(url_for("queues.index", _anchor=f"queue-{queue_id}"))


@bp.post("/admin/queues/<int:queue_id>/delete", endpoint="delete")
@admin
def delete(queue_id: int) -> Response:
    """Delete it."""
    node = found(queue_id)
    services.remove(current_actor(), queue_id)
    flash(_("The queue %(name)s is deleted.", name=node.label))
    return redirect(url_for("queues.index"))


@bp.post("/agent/organizations/<int:row_id>/vip", endpoint="vip")
@agent("organization.edit")
def vip(row_id: int) -> Response:
    """Mark an organization as very important, or no longer."""
    try:
        services.mark_vip(current_actor(), row_id, request.form.get("enabled") == "1")
    except LookupError as error:
        raise NotFound(str(error)) from None
    return redirect(url_for("directory.organization", row_id=row_id))
