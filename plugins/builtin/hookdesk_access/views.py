"""The page that asks the guard in somebody's name, and the way to their eyes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, admin, confirmed, view_as
from hookdesk_access import services

bp = Blueprint("access", __name__, url_prefix="/admin/access")


@bp.get("")
@admin
def index() -> str:
    """Can this person see that ticket, and by which rule?"""
    face = "portal" if request.args.get("face") == "portal" else "agent"
    who, number = request.args.get("who", "").strip()[:320], request.args.get("ticket", "").strip()[:40]
    actor = services.find_actor(who, face) if who else None
    answer = services.answer(actor, number) if actor and number else None
    problem = ""
    if who and actor is None:
        problem = _("There is nobody active with that user name or address.")
    elif actor and number and answer is None:
        problem = _("There is no ticket with that number.")
    return render_template(
        "access/index.html", face=face, who=who, number=number, actor=actor, answer=answer, problem=problem,
        names=services.names(face),
    )  # fmt: skip


@bp.post("/eyes")
@admin
@confirmed
def eyes() -> Response:
    """Look through somebody's eyes: read-only, logged, and told on every page."""
    face = "portal" if request.form.get("face") == "portal" else "agent"
    actor = services.find_actor(request.form.get("who", "")[:320], face)
    if actor is None:
        raise NotFound("nobody to look through")
    view_as(face, services.eyes(actor))
    flash(_("You now see what %(name)s sees.", name=actor.name))
    return redirect(url_for("core.signed_in", face=face))
