"""A ticket on paper, and all that happened to it, line by line."""

from __future__ import annotations

from flask import current_app, render_template, request, url_for

from hookdesk.api import access_number, agent, current_actor, id_argument
from hookdesk_desk import thread, trail
from hookdesk_desk.views.blueprint import bp
from hookdesk_desk.views.changing import back

MOST_PRINTED = 1000


@bp.get("/tickets/<number>/print", endpoint="print")
@agent()
def on_paper(number: str) -> str:
    """The ticket for paper: the newest 1,000 entries; with `notes=1` what requesters do not see, with `changes=1` the log between."""
    view = access_number(current_actor(), number)
    notes, changes = request.args.get("notes") == "1", request.args.get("changes") == "1"
    hidden = {kind for kind, is_shown in (("note", notes), ("events", changes)) if not is_shown}
    found = thread.read(view, current_actor(), most=MOST_PRINTED)
    items = [item for item in found.items if item.kind not in hidden]
    return render_template(
        "desk/print.html",
        ticket=view,
        items=items,
        is_cut=found.earlier is not None,
        notes=notes,
        changes=changes,
        back_url=back(view),
    )


@bp.get("/tickets/<number>/log", endpoint="log")
@agent()
def log(number: str) -> str:
    """Each change with its moment, the newest first (`before`, the id of a line)."""
    view = access_number(current_actor(), number)
    lines = thread.log(view, id_argument("before"))
    more = lines[thread.MOST_ENTRIES - 1].id if len(lines) > thread.MOST_ENTRIES else None
    return render_template(
        "desk/log.html",
        ticket=view,
        lines=lines[: thread.MOST_ENTRIES],
        more=more,
        back_url=back(view),
        trail=trail.given(current_actor()),
        why_url=url_for("why.ticket", number=number) if "why.ticket" in current_app.view_functions else "",
    )
