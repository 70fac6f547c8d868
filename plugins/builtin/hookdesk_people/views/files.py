"""Files of people: read in, and written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from flask import Response, abort, redirect, render_template, request, stream_with_context, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from hookdesk.api import admin, confirmed, current_actor, log, transact
from hookdesk_admin.views.editing import Answer, found
from hookdesk_people import columns, exports, imports
from hookdesk_people.blueprint import bp
from hookdesk_people.files import MOST_BYTES, FileProblem
from hookdesk_people.forms import FileForm


@bp.route("/admin/<any(users, agents):kind>/import", methods=["GET", "POST"], endpoint="import_new")
@admin
@confirmed
def new(kind: str) -> Answer:
    """Send a file."""
    form = FileForm()
    if form.validate_on_submit():
        try:
            content = form.file.data.stream.read(MOST_BYTES + 1)
            import_id = imports.take(current_actor(), kind, form.file.data.filename or "", content)
        except FileProblem as problem:
            form.file.errors = [str(problem)]
        else:
            return redirect(url_for("people.import_one", kind=kind, import_id=import_id))
    labels = [(columns.LABELS[field], field in columns.NEEDED[kind]) for field in columns.FIELDS[kind]]
    page = render_template("people/import_new.html", kind=kind, form=form, labels=labels)
    return (page, 422) if form.is_submitted() else page


@bp.get("/admin/<any(users, agents):kind>/imports/<int:import_id>", endpoint="import_one")
@admin
def show(kind: str, import_id: int) -> str:
    """What would become of each row, how far it is, or what became of them."""
    made = found(imports.one(kind, import_id))
    fields = [(field, columns.LABELS[field], field in columns.NEEDED[made.kind]) for field in columns.FIELDS[made.kind]]
    headings = [(place, text[:40] or str(place + 1)) for place, text in enumerate(made.header)]
    return render_template(
        "people/import.html", made=made, fields=fields, headings=headings, counts=imports.counts(import_id),
        rows=imports.shown(import_id),
    )  # fmt: skip


@bp.post("/admin/<any(users, agents):kind>/imports/<int:import_id>/columns", endpoint="import_columns")
@admin
@confirmed
def choose(kind: str, import_id: int) -> Redirect:
    """Say which column is what, and check anew."""
    made = found(imports.one(kind, import_id))
    chosen = {field: request.form.get(field, "") for field in columns.FIELDS[made.kind]}
    places = {
        field: int(place) for field, place in chosen.items() if place.isascii() and place.isdecimal() and len(place) < 4
    }
    imports.check(kind, import_id, {field: place for field, place in places.items() if place < len(made.header)})
    return redirect(url_for("people.import_one", kind=kind, import_id=import_id))


@bp.post("/admin/<any(users, agents):kind>/imports/<int:import_id>/start", endpoint="import_start")
@admin
@confirmed
def start(kind: str, import_id: int) -> Redirect:
    """Store what was checked."""
    found(imports.one(kind, import_id))
    if not imports.start(current_actor(), import_id):
        abort(404)
    return redirect(url_for("people.import_one", kind=kind, import_id=import_id))


@bp.get("/admin/<any(users, agents):kind>/imports/<int:import_id>/report.csv", endpoint="import_report")
@admin
def report(kind: str, import_id: int) -> Response:
    """Every row with its outcome."""
    made = found(imports.one(kind, import_id))
    return _csv(imports.report(import_id, made.header), f"import-{import_id}.csv")


@bp.post("/admin/users/export.csv", endpoint="export_users")
@admin
@confirmed
def export() -> Response:
    """All users. That they were given out is logged."""
    actor = current_actor()

    def work(session: Session) -> None:
        words = f"{actor.name} exported all users"
        log.changed(session, actor, "user", "", {}, act="exported", words=words, level="warning")

    transact(work)
    return _csv(exports.users(), "users.csv")


def _csv(lines: Iterator[str], name: str) -> Response:
    """A file that is written while it is sent; its mark tells spreadsheets that it is UTF-8."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(chain(["\ufeff"], lines)), mimetype="text/csv", headers=headers)
