"""The audit log: read, filtered, exported, and checked."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from hookdesk.api import Agent, admin, confirmed, id_argument, reading
from hookdesk_audit import services
from hookdesk_audit.models import Entry

bp = Blueprint("audit", __name__, url_prefix="/admin/audit")
SIZE = 50
MOST_CHOICES = 500
KINDS = (
    "account", "agent", "api key", "article", "ban", "blocked sender", "canned response", "category", "checklist",
    "department", "field", "filter", "first queue", "form", "list", "list item", "mail account", "mail address",
    "mail sign-in", "mail template", "mail template set", "mailbox", "number format", "number sequence", "organization",
    "plugin", "policy", "priority", "role",
    "schedule", "second factors", "settings", "SLA plan", "status", "tag", "task", "team", "topic", "user", "view",
)  # fmt: skip


@bp.get("")
@admin
def index() -> str:
    """What was set up differently, the newest first."""
    kind, agent_id = _asked()
    before = id_argument("before")
    query = services.chosen(kind, agent_id)
    if before is not None:
        query = query.where(Entry.id < before)
    rows = reading().all(query.order_by(Entry.id.desc()).limit(SIZE + 1))
    older = rows[SIZE - 1].id if len(rows) > SIZE else None
    agents = reading().all(select(Agent.id, Agent.name).order_by(Agent.name).limit(MOST_CHOICES))
    return render_template(
        "audit/index.html", rows=rows[:SIZE], older=older, is_first=before is None, kind=kind, agent_id=agent_id,
        kinds=KINDS, agents=[tuple(agent) for agent in agents],
    )  # fmt: skip


@bp.get("/export.csv")
@admin
@confirmed
def export() -> Response:
    """The same as CSV."""
    kind, agent_id = _asked()
    lines = stream_with_context(services.exported(kind, agent_id))
    return Response(lines, mimetype="text/csv", headers={"Content-Disposition": 'attachment; filename="audit.csv"'})


@bp.post("/check")
@admin
def check() -> Answer:
    """Follow the seals from the first row to the last."""
    broken = services.broken_at()
    if broken is None:
        flash(_("Every row follows from the one before it: nothing was changed or taken away."), "success")
    else:
        words = _(
            "Row %(number)s does not follow from the one before it: somebody has changed the database.", number=broken
        )
        flash(words, "danger")
    return redirect(url_for("audit.index"))


def _asked() -> tuple[str, int | None]:
    """The filter in the address."""
    kind = request.args.get("kind", "")
    return (kind if kind in KINDS else "", id_argument("agent"))
