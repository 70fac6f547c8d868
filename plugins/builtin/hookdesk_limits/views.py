"""The list of blocked senders in the admin panel."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import admin, current_actor, id_argument
from hookdesk_limits import services
from hookdesk_limits.forms import BlockForm

bp = Blueprint("limits", __name__, url_prefix="/admin/blocked")
SIZE = 50


def is_listed_elsewhere() -> bool:
    """True where another plugin lists all who are turned away, and ours among them."""
    return "bans.index" in current_app.view_functions


@bp.route("", methods=["GET", "POST"])
@admin
def index() -> Response | str | tuple[str, int]:
    """The list, the newest first, and the form for one more; where all stand in one list, that one."""
    if is_listed_elsewhere() and request.method != "POST":
        return redirect(url_for("bans.index", q=request.args.get("q")))
    form = BlockForm()
    if form.validate_on_submit():
        try:
            sender = services.block(current_actor(), form.sender.data, form.notes.data or "")
        except services.BlockProblem as problem:
            form.sender.errors = (str(problem),)
        else:
            flash(_("%(sender)s is blocked.", sender=sender), "success")
            return redirect(url_for("limits.index"))
    text, before = request.args.get("q", "").strip()[:320], id_argument("before")
    rows = services.listed(text, before, SIZE)
    older = rows[SIZE - 1].id if len(rows) > SIZE else None
    page = render_template(
        "limits/index.html", form=form, rows=rows[:SIZE], older=older, q=text, is_first=before is None
    )
    return page, 422 if form.errors else 200


@bp.post("/<int:blocked_id>/delete")
@admin
def delete(blocked_id: int) -> Response:
    """Take one off the list."""
    services.unblock(current_actor(), blocked_id)
    flash(_("Taken off the list."))
    return redirect(url_for("limits.index"))
