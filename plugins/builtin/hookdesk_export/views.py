"""Choose columns, follow how it goes, take the file."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from hookdesk.api import StoredFile, access_number, agent, current_actor, stored_file
from hookdesk_bulk import selection
from hookdesk_bulk.selection import Selection
from hookdesk_export import columns, files, services
from hookdesk_export.archive import packed
from hookdesk_export.models import Export
from hookdesk_export.services import MOST, PERMISSION, Wanted
from hookdesk_queues.columns import Column

bp = Blueprint("export", __name__, url_prefix="/agent/exports")


@bp.get("/new")
@bp.post("/new", endpoint="choose")
@agent(PERMISSION)
def new() -> str | Answer:
    """Which columns, in which form; for selected tickets, or (by a link) all of a list."""
    chosen = _selection()
    known = columns.known()
    listed = tuple(getattr(chosen.trail.queue, "export", ()))
    ticked = [name for name in listed if name in known] or [name for name in columns.AT_FIRST if name in known]
    groups: dict[str, list[Column]] = {}
    for column in known.values():
        groups.setdefault(str(column.group), []).append(column)
    return render_template("export/new.html", selection=chosen, trail=chosen.trail, groups=groups, ticked=ticked)


def _selection() -> Selection:
    """What is meant: without ticked numbers, all of the list."""
    chosen = selection.given(current_actor())
    return chosen if chosen.numbers and not chosen.whole else Selection(chosen.trail, (), whole=True)


@bp.post("/")
@agent(PERMISSION)
def begin() -> Answer:
    """Have it written."""
    chosen, known = _selection(), columns.known()
    wanted = [name for name in dict.fromkeys(request.form.getlist("column")) if name in known]
    form = request.form.get("form", "")
    found = [one.ticket_id for one in chosen.tickets(current_actor(), MOST) if one.ticket_id is not None]
    if not wanted or form not in files.TYPES or not found:
        flash(
            _("Nothing was exported: there is no ticket.") if wanted else _("Nothing was exported: choose columns."),
            "warning",
        )
        return redirect(url_for("export.new", **chosen.trail.ticket_args()))
    label = chosen.trail.queue.label if chosen.whole else _("Selected tickets")
    asked = Wanted(found, wanted, form, str(label), chosen.trail.list_url())
    return redirect(url_for("export.one", export_id=services.begin(current_actor(), asked)))


@bp.get("/")
@agent(PERMISSION)
def index() -> str:
    """What one exported within the last day."""
    return render_template("export/index.html", exports=services.all_own(current_actor()))


@bp.get("/<int:export_id>")
@agent(PERMISSION)
def one(export_id: int) -> str:
    """How an export goes; with `?part=1` only what changes."""
    template = "export/progress.html" if request.args.get("part") else "export/one.html"
    return render_template(template, export=_own(export_id))


@bp.post("/<int:export_id>/cancel")
@agent(PERMISSION)
def cancel(export_id: int) -> Answer:
    """End it."""
    services.cancel(current_actor(), _own(export_id).id)
    return redirect(url_for("export.one", export_id=export_id))


@bp.get("/<int:export_id>/file")
@agent(PERMISSION)
def file(export_id: int) -> Response:
    """The file, for whoever asked for it."""
    made = _own(export_id)
    if made.state != "done":
        abort(404)
    kept = StoredFile(made.filename, files.TYPES[made.form], made.size, made.sha256, made.storage)
    return stored_file(kept)


def _own(export_id: int) -> Export:
    """An export of this agent; 404 for those of others."""
    return services.own(current_actor(), export_id) or abort(404)


@bp.get("/tickets/<number>")
@agent(PERMISSION)
def archive(number: str) -> Response:
    """One ticket as a ZIP file."""
    actor = current_actor()
    view = access_number(actor, number, PERMISSION)
    name = f"{view.number}.zip"
    return send_file(packed(actor, view), "application/zip", as_attachment=True, download_name=name, max_age=0)
