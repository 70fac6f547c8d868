"""An agent's own columns and order of a queue, which nobody else sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, agent, current_actor
from hookdesk_queues import columns, services, sorting, tree
from hookdesk_queues.forms import WIDTH_WORDS, columns_sent
from hookdesk_queues.tree import Node
from hookdesk_queues.values import MOST_COLUMNS, QueueProblem
from hookdesk_queues.views.blueprint import bp
from hookdesk_queues.views.editing import USUAL, Page, moved

Columns = Sequence[Mapping[str, Any]]


@bp.route("/agent/my-queues/<int:queue_id>/columns", methods=["GET", "POST"], endpoint="columns")
@agent()
def own_columns(queue_id: int) -> Page:
    """The form, its rows changed, stored, or set back."""
    actor, forest = current_actor(), tree.forest()
    node = forest.node(queue_id)
    if node is None or node.own.agent_id not in (None, actor.agent_id):
        raise NotFound("no such queue")
    own = forest.choices.get((actor.agent_id or 0, queue_id))
    if request.method != "POST":
        return _page(node, (own.columns if own else None) or node.columns or _usual(), own.sort if own else "")
    shown, sort = columns_sent(request.form), request.form.get("sort", "")
    act, _sep, row = request.form.get("act", "save").partition(":")
    if act == "add-column" and len(shown) < MOST_COLUMNS:
        return _page(
            node, [*shown, {"name": request.form.get("add-column", "subject"), "label": "", "width": ""}], sort
        )
    if act not in ("save", "reset"):
        moved(shown, act.partition("-")[0], row)
        return _page(node, shown, sort)
    try:
        if act == "reset":
            services.choose(actor, queue_id, [], "")
        else:
            services.choose(actor, queue_id, shown, sort if sorting.order(sort) else "")
    except QueueProblem as problem:
        return _page(node, shown, sort, str(problem)), 422
    flash(_("Saved."), "success")
    return _back(node)


def _usual() -> Columns:
    """The columns that the desk shows by itself."""
    known = columns.known()
    return [{"name": name, "label": "", "width": ""} for name in USUAL if name in known]


def _back(node: Node) -> Response:
    """To the list."""
    return redirect(url_for("desk.queue", queue=node.key))


def _page(node: Node, shown: Columns, sort: str, problem: str = "") -> str:
    """The page."""
    orders = [("", _("As the queue has it")), *sorting.words().items()]
    for name, label in sorting.sortable():
        orders += [(f"by:{name}", label), (f"by:-{name}", _("%(field)s, from the end", field=label))]
    return render_template(
        "queues/columns.html", node=node, columns=shown, sort=sort, orders=orders, known=columns.known(),
        width_words=WIDTH_WORDS, problem=problem,
    )  # fmt: skip
