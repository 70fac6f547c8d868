"""The list of bans, and banning the sender of a ticket."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import TicketView, access_number, admin, agent, current_actor, people
from hookdesk_bans import services

bp = Blueprint("bans", __name__)
Answer = Response | str | tuple[str, int]


@bp.route("/admin/bans", endpoint="index", methods=["GET", "POST"])
@admin
def index() -> Answer:
    """All who are turned away (`q` in value or note), and a form for one more (`value`, `note`)."""
    error = ""
    if request.method == "POST":
        try:
            value = services.ban(current_actor(), request.form.get("value", ""), request.form.get("note", ""))
            flash(_("%(value)s is banned.", value=value), "success")
            return redirect(url_for("bans.index"))
        except services.BanProblem as problem:
            error = str(problem)
    rows = services.listed(request.args.get("q", ""))
    page = render_template(
        "bans/index.html",
        rows=rows[: services.MOST],
        more=len(rows) > services.MOST,
        q=request.args.get("q", ""),
        error=error,
    )
    return (page, 422) if error else page


@bp.post("/admin/bans/<int:ban_id>/lift", endpoint="lift")
@admin
def lift(ban_id: int) -> Response:
    """Lift a ban from the list."""
    _lifted(ban_id)
    return redirect(url_for("bans.index"))


@bp.route("/agent/tickets/<number>/ban", endpoint="ticket", methods=["GET", "POST"])
@agent(services.PERMISSION)
def ticket(number: str) -> Answer:
    """Ban who sent a ticket, or their whole domain (`value`), with a `note`."""
    view = access_number(current_actor(), number)
    address = people.primary_address(view.user_id) or ""
    domain = address.partition("@")[2]
    error = ""
    if request.method == "POST":
        value = request.form.get("value", "")
        try:
            services.ban(current_actor(), value if value in (address, domain) else "", request.form.get("note", ""))
            flash(_("%(value)s is banned.", value=value), "success")
            return redirect(_page_of(view))
        except services.BanProblem as problem:
            error = str(problem)
    ban = services.against(address)
    page = render_template(
        "bans/ticket.html", ticket=view, address=address, domain=domain, ban=ban, error=error, back_url=_page_of(view)
    )
    return (page, 422) if error else page


@bp.post("/agent/bans/<int:ban_id>/lift", endpoint="lift_here")
@agent(services.PERMISSION)
def lift_here(ban_id: int) -> Response:
    """Lift a ban from a ticket's or a user's page."""
    _lifted(ban_id)
    return redirect(request.referrer or url_for("desk.queue", queue=""))


def _lifted(ban_id: int) -> None:
    """Lift it and say so."""
    value = services.lift(current_actor(), ban_id)
    flash(_("%(value)s may write again.", value=value) if value else _("This ban was lifted already."), "success")


def _page_of(view: TicketView) -> str:
    """A ticket's page; the ban's own where there is no desk."""
    known = "desk.ticket" in current_app.view_functions
    return url_for("desk.ticket" if known else "bans.ticket", number=view.number)
