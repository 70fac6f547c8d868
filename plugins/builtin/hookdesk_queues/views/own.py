"""An agent's own queues, and which one they begin with."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Group, NotFound, agent, criteria, current_actor, fulltext, id_argument
from hookdesk_queues import fields, lists, services, tree
from hookdesk_queues.tree import Node
from hookdesk_queues.values import INHERITED
from hookdesk_queues.views.blueprint import bp
from hookdesk_queues.views.editing import Page, Place, edit

MOST_GIVEN = 20_000
"""Characters of conditions in an address."""


def place() -> Place:
    """The agent's own pages."""
    return Place("queues/own_edit.html", current_actor().agent_id, lambda: url_for("queues.own"))


def found(queue_id: int) -> Node:
    """A queue of this agent, or the page that says there is none."""
    node = tree.forest().node(queue_id)
    if node is None or node.own.agent_id is None or node.own.agent_id != current_actor().agent_id:
        raise NotFound("no such queue")
    return node


@bp.get("/agent/my-queues", endpoint="own")
@agent()
def own() -> str:
    """All queues of this agent: those of everybody with what can be changed about them, and their own."""
    actor, forest = current_actor(), tree.forest()
    shown = lists.of(actor)
    return render_template(
        "queues/own.html",
        queues=shown.queues if shown else [],
        first=shown.first if shown else "",
        chosen=forest.firsts.get(actor.agent_id or 0),
        changed={queue_id for agent_id, queue_id in forest.choices if agent_id == actor.agent_id},
        nodes=forest.of(actor.agent_id),
    )


@bp.route("/agent/my-queues/new", methods=["GET", "POST"], endpoint="new")
@agent()
def new() -> Page:
    """A new one; `?words=` and `?conditions=` (as JSON) hold what to begin with, `?below=` the id of the queue above."""
    given: dict[str, Any] = {"inherits": list(INHERITED), "parent_id": id_argument("below"), "state": ""}
    given["words"] = given["title"] = request.args.get("words", "")[: fulltext.MOST_CHARACTERS]
    text = request.args.get("conditions", "")
    if text:
        try:
            given["conditions"] = _conditions(text)
        except ValueError as problem:
            flash(str(problem), "warning")
    return edit(place(), tree.forest(), None, given)


def _conditions(text: str) -> Group:
    """The conditions of an address.

    Raises:
        ValueError: they cannot be read, or not be asked.
    """
    try:
        data = json.loads(text[:MOST_GIVEN])
    except (ValueError, RecursionError):
        data = None
    return criteria.load(data if isinstance(data, dict) else {}, fields.stored(), is_stored=True)


@bp.route("/agent/my-queues/<int:queue_id>", methods=["GET", "POST"], endpoint="own_edit")
@agent()
def change(queue_id: int) -> Page:
    """Change one of one's own."""
    return edit(place(), tree.forest(), found(queue_id), {})


@bp.post("/agent/my-queues/<int:queue_id>/move", endpoint="own_move")
@agent()
def move(queue_id: int) -> Response:
    """Move one of one's own by one place."""
    found(queue_id)
    services.move(current_actor(), queue_id, -1 if request.form.get("step") == "up" else 1, current_actor().agent_id)
    return redirect(url_for("queues.own"))


@bp.post("/agent/my-queues/<int:queue_id>/delete", endpoint="own_delete")
@agent()
def delete(queue_id: int) -> Response:
    """Delete one of one's own."""
    node = found(queue_id)
    services.remove(current_actor(), queue_id, current_actor().agent_id)
    flash(_("The queue %(name)s is deleted.", name=node.label))
    return redirect(url_for("queues.own"))


@bp.post("/agent/my-queues/first", endpoint="first")
@agent()
def first() -> Response:
    """Choose the queue that one sees after signing in."""
    sent = request.form.get("first", "")
    services.choose_first(current_actor(), int(sent) if sent.isdecimal() and len(sent) < 18 else None)
    flash(_("Saved."), "success")
    return redirect(url_for("queues.own"))
