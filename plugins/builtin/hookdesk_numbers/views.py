"""The pages of formats and sequences in the admin panel."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, WebHooks, admin, current_actor, reading, site
from hookdesk_numbers import formats, lint, services
from hookdesk_numbers.forms import RESTARTS, FormatForm, SequenceForm
from hookdesk_numbers.models import NumberPattern, Sequence

bp = Blueprint("numbers", __name__, url_prefix="/admin/numbers")
Page = str | Response | tuple[str, int]


@bp.get("")
@admin
def index() -> str:
    """All formats with their next numbers, and all sequences."""
    rows = reading().all(formats.every().limit(formats.MOST))
    shown = [(row, *_preview(row.pattern, _counting(row) if row.key else None, row.id)) for row in rows]
    sequences = [(row, _counting(row).following) for row in _sequences()]
    return render_template("numbers/index.html", formats=shown, sequences=sequences, restarts=dict(RESTARTS))


@bp.route("/new", methods=["GET", "POST"])
@admin
def new_format() -> Page:
    """A new format."""
    return _edit_format(FormatForm(), None)


@bp.route("/<int:format_id>", methods=["GET", "POST"])
@admin
def edit_format(format_id: int) -> Page:
    """Change a format."""
    row = _row(NumberPattern, format_id)
    return _edit_format(FormatForm(data=dict(row._mapping)), row)


def _edit_format(form: FormatForm, row: Any) -> Page:
    """Show the form with what it would make, or store what it holds."""
    sequences = _sequences()
    form.sequence_id.choices = [("", _("Random digits")), *((one.id, one.name) for one in sequences)]
    if form.validate_on_submit() and "preview" not in request.form:
        try:
            services.save_format(current_actor(), form.data_given(), row.id if row else None)
        except services.NumberProblem as problem:
            getattr(form, problem.field).errors = (str(problem),)
        except LookupError as error:
            raise NotFound(str(error)) from None
        else:
            flash(_("The format %(name)s is saved.", name=form.name.data), "success")
            return redirect(url_for("numbers.index"))
    chosen = next((one for one in sequences if one.id == form.sequence_id.data), None)
    counting = _counting(chosen) if chosen else None
    lacking = formats.problem(form.pattern.data, counting) if form.pattern.data else ""
    if lacking:
        form.pattern.errors = form.pattern.errors or (lacking,)
    is_shown = form.pattern.data and not lacking
    numbers, said = _preview(form.pattern.data, counting, row.id if row else None) if is_shown else ([], [])
    page = render_template(
        "numbers/format.html",
        form=form,
        row=row,
        numbers=numbers,
        findings=said,
        is_random=chosen is None,
        used=_used(row.id) if row else [],
    )
    return (page, 422) if form.errors and "preview" not in request.form else page


@bp.post("/<int:format_id>/delete")
@admin
def delete_format(format_id: int) -> Response:
    """Delete a format."""
    row = _row(NumberPattern, format_id)
    if used := _used(format_id):
        names = ", ".join(name for name, _url in used)
        flash(_("The format %(name)s is in use, so it stays: %(uses)s.", name=row.name, uses=names), "warning")
        return redirect(url_for("numbers.edit_format", format_id=format_id))
    services.remove_format(current_actor(), format_id)
    flash(_("The format %(name)s is deleted.", name=row.name))
    return redirect(url_for("numbers.index"))


@bp.route("/sequences/new", methods=["GET", "POST"])
@admin
def new_sequence() -> Page:
    """A new sequence."""
    return _edit_sequence(SequenceForm(), None)


@bp.route("/sequences/<int:sequence_id>", methods=["GET", "POST"])
@admin
def edit_sequence(sequence_id: int) -> Page:
    """Change a sequence."""
    row = _row(Sequence, sequence_id)
    return _edit_sequence(SequenceForm(data={**row._mapping, "following": _counting(row).following}), row)


def _edit_sequence(form: SequenceForm, row: Any) -> Page:
    """Show the form, or store what it holds."""
    form.restarts.choices = RESTARTS
    if form.validate_on_submit():
        given = form.data_given(request.form.get("shown", ""))
        try:
            services.save_sequence(current_actor(), given, row.id if row else None)
        except services.NumberProblem as problem:
            getattr(form, problem.field).errors = (str(problem),)
        except LookupError as error:
            raise NotFound(str(error)) from None
        else:
            flash(_("The sequence %(name)s is saved.", name=form.name.data), "success")
            return redirect(url_for("numbers.index"))
    shown = _counting(row).following if row else ""
    used = _users(row.id) if row else []
    page = render_template("numbers/sequence.html", form=form, row=row, shown=shown, used=used)
    return (page, 422) if form.errors else page


@bp.post("/sequences/<int:sequence_id>/delete")
@admin
def delete_sequence(sequence_id: int) -> Response:
    """Delete a sequence."""
    row = _row(Sequence, sequence_id)
    try:
        services.remove_sequence(current_actor(), sequence_id)
    except services.NumberProblem as problem:
        flash(str(problem), "warning")
        return redirect(url_for("numbers.edit_sequence", sequence_id=sequence_id))
    flash(_("The sequence %(name)s is deleted.", name=row.name))
    return redirect(url_for("numbers.index"))


def _preview(pattern: str, counting: formats.Counting | None, format_id: int | None) -> tuple[list[str], list[str]]:
    """The next numbers of a pattern that can be taken, and what is to be said about it."""
    form = formats.number_format(pattern, counting)
    numbers = formats.upcoming(form, counting.following if counting else 0)
    return numbers, lint.findings(pattern, counting, format_id)


def _counting(row: Any) -> formats.Counting:
    """The sequence in a row."""
    return formats.Counting(row.key, row.step, row.padding, row.restarts)


def _sequences() -> list[Any]:
    """All sequences, by name."""
    asked = select(*Sequence.__table__.columns).order_by(Sequence.name)
    return list(reading().all(asked.limit(formats.MOST)))


def _users(sequence_id: int) -> list[Any]:
    """The formats that a sequence counts for."""
    asked = select(NumberPattern.id, NumberPattern.name).where(NumberPattern.sequence_id == sequence_id)
    return list(reading().all(asked.order_by(NumberPattern.name).limit(formats.MOST)))


def _used(format_id: int) -> list[tuple[str, str]]:
    """What asks for a format, of other plugins: (name, address)."""
    return site().hooks.collect(WebHooks.reference_uses, ref=f"{formats.PREFIX}{format_id}")


def _row(model: Any, row_id: int) -> Any:
    """The row of that id, or the page that says there is none."""
    row = reading().first(select(*model.__table__.columns).where(model.id == row_id))
    if row is None:
        raise NotFound("no such number format")
    return row
