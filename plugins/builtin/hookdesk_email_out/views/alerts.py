"""The administrator's page of who is told of what: agents by a matrix, requesters and participants by switches."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import admin, current_actor, describe, site
from hookdesk_email_out import matrix
from hookdesk_email_out.audiences import LABELS
from hookdesk_email_out.kinds import alerts as alert_kinds
from hookdesk_email_out.settings import Settings
from hookdesk_email_out.views.blueprint import bp

ABOUT_THE_SITE = ("tells_errors",)


@bp.get("/admin/alerts")
@admin
def alerts() -> str:
    """The page."""
    settings = site().settings.get("email_out", Settings)
    rows = [(kind, set(matrix.told(settings, kind))) for kind in alert_kinds().values()]
    switches = [(field, getattr(settings, field.name)) for field in describe(Settings) if _is_switch(field)]
    inside = [pair for pair in switches if pair[0].name in ABOUT_THE_SITE]
    return render_template(
        "email_out/alerts.html", rows=rows, audiences=LABELS, cell=matrix.cell, inside=inside,
        switches=[pair for pair in switches if pair not in inside],
    )  # fmt: skip


@bp.post("/admin/alerts")
@admin
def save_alerts() -> Response:
    """Store what is ticked; what the page does not offer is passed over."""
    settings = site().settings.get("email_out", Settings)
    switches = {field.name: field.name in request.form for field in describe(Settings) if _is_switch(field)}
    matrix.save(current_actor(), settings, set(request.form.getlist("told")), **switches)
    flash(_("Saved. Every process follows within a second."), "success")
    return redirect(url_for("email_out.alerts"))


def _is_switch(field: object) -> bool:
    """True for a setting that this page shows as a switch."""
    return bool(getattr(field, "is_elsewhere", False) and getattr(field, "kind", "") == "boolean")
