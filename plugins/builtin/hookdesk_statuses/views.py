"""The pages of statuses and priorities in the admin panel."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import (
    NotFound,
    Priority,
    Status,
    WebHooks,
    admin,
    current_actor,
    directory,
    reading,
    shown_name,
    site,
    statuses,
    wake,
)
from hookdesk_statuses import moves
from hookdesk_statuses.forms import PriorityForm, StatusForm

bp = Blueprint("statuses", __name__, url_prefix="/admin/statuses")
Page = str | Response | tuple[str, int]
RANKS = "statuses.ranks"


@bp.get("")
@admin
def index() -> str:
    """Both lists, in their order."""
    return render_template(
        "statuses/index.html",
        lists=[("status", _list("status")), ("priority", _list("priority"))],
        under_way=moves.under_way(),
    )


@bp.post("/<kind>/<int:row_id>/move")
@admin
def move(kind: str, row_id: int) -> Response:
    """Move one before or behind its neighbour (`step`: "up" or "down")."""
    _known(kind, row_id)
    ids = [row.id for row in _list(kind)]
    place = ids.index(row_id) + (-1 if request.form.get("step") == "up" else 1)
    if 0 <= place < len(ids):
        ids.remove(row_id)
        ids.insert(place, row_id)
        try:
            statuses.arrange(current_actor(), kind, ids)
        except directory.DirectoryProblem as problem:
            flash(str(problem), "warning")
        wake(RANKS)
    return redirect(url_for("statuses.index", _anchor=f"{kind}-{row_id}"))


@bp.route("/status/new", methods=["GET", "POST"], defaults={"row_id": None}, endpoint="status_new")
@bp.route("/status/<int:row_id>", methods=["GET", "POST"], endpoint="status")
@admin
def edit_status(row_id: int | None) -> Page:
    """A new status, or a change of one."""
    row = _known("status", row_id) if row_id is not None else None
    form = StatusForm(data=_filled(row))
    offered = [
        (one.id, shown_name(one.name))
        for one in _list("status")
        if one.state == "open" and one.is_active and one.id != row_id
    ]
    form.fill(offered, _("The default one"))
    return _edit("status", form, row, lambda name: statuses.save_status(current_actor(), row_id, form.given(name)))


@bp.route("/priority/new", methods=["GET", "POST"], defaults={"row_id": None}, endpoint="priority_new")
@bp.route("/priority/<int:row_id>", methods=["GET", "POST"], endpoint="priority")
@admin
def edit_priority(row_id: int | None) -> Page:
    """A new priority, or a change of one."""
    row = _known("priority", row_id) if row_id is not None else None
    form = PriorityForm(data=_filled(row))
    form.fill()
    return _edit("priority", form, row, lambda name: statuses.save_priority(current_actor(), row_id, form.given(name)))


def _edit(kind: str, form: Any, row: Any, save: Any) -> Page:
    """Show the form, or store what it holds. A name that was shown in the reader's language and left alone stays as it is stored."""
    problem = ""
    if form.validate_on_submit():
        name = row.name if row is not None and form.name.data == shown_name(row.name) else form.name.data
        try:
            save(name)
        except directory.DirectoryProblem as error:
            if error.field in form:
                form[error.field].errors = (str(error),)
            else:
                problem = str(error)
        else:
            flash(_("%(name)s is saved.", name=form.name.data), "success")
            return redirect(url_for("statuses.index"))
    page = render_template("statuses/edit.html", kind=kind, form=form, row=row, problem=problem)
    return (page, 422) if form.errors or problem else page


@bp.route("/<kind>/<int:row_id>/delete", methods=["GET", "POST"])
@admin
def delete(kind: str, row_id: int) -> Page:
    """What has it, and where that can go; then it is deleted, at once or when its tickets have moved (`to_id`)."""
    row, problem = _known(kind, row_id), ""
    uses = directory.usage(kind, row_id)
    others = site().hooks.collect(WebHooks.reference_uses, ref=f"{kind}:{row_id}")
    if request.method == "POST":
        try:
            return _remove(kind, row, uses)
        except directory.DirectoryProblem as error:
            problem = str(error)
    page = render_template(
        "statuses/delete.html", kind=kind, row=row, uses=uses, told=directory.usage_words(uses), others=others,
        targets=moves.targets(kind, row), problem=problem,
    )  # fmt: skip
    return (page, 422) if problem else page


def _remove(kind: str, row: Any, uses: dict[str, int]) -> Response:
    """Delete it, or let its tickets be moved first.

    Raises:
        DirectoryProblem: as the services say.
    """
    name = shown_name(row.name)
    if "tickets" in uses:
        moves.begin(current_actor(), kind, row.id, _number(request.form.get("to_id", "")))
        flash(_("The tickets of %(name)s are being moved. It goes when that is done.", name=name))
    else:
        directory.remove(current_actor(), kind, row.id)
        flash(_("%(name)s is deleted.", name=name))
    return redirect(url_for("statuses.index"))


def _number(text: str) -> int:
    """An id that a form sent; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _list(kind: str) -> list[Any]:
    """All of a kind, in their order."""
    model, order = (Status, Status.position) if kind == "status" else (Priority, Priority.rank)
    return list(reading().all(select(*model.__table__.columns).order_by(order, model.id).limit(500)))


def _known(kind: str, row_id: int) -> Any:
    """The row of that id, or the page that says there is none."""
    row = next((row for row in _list(kind) if row.id == row_id), None) if kind in moves.MODELS else None
    if row is None:
        raise NotFound("no such status or priority")
    return row


def _filled(row: Any) -> dict[str, Any] | None:
    """What the form of a row shows."""
    return None if row is None else {**row._mapping, "name": shown_name(row.name)}
