"""The mailboxes' pages in the admin panel."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import admin, current_actor, release
from hookdesk_mailboxes import connecting, refusals, services, state
from hookdesk_mailboxes.forms import MEGABYTE, MailboxForm
from hookdesk_mailboxes.models import Mailbox
from hookdesk_mailboxes.probing import FetchProblem, Probe, probe
from hookdesk_mailboxes.problems import words

bp = Blueprint("mailboxes", __name__, url_prefix="/admin/mailboxes")
Page = str | Response | tuple[str, int]


@bp.get("")
@admin
def index() -> str:
    """All mailboxes, and how each is."""
    rows = [(row, state.channel(row)) for row in services.every()]
    labels = {name: one.label for name, one in connecting.protocols().items()}
    return render_template("mailboxes/index.html", rows=rows, labels=labels)


@bp.route("/new", methods=["GET", "POST"])
@admin
def new() -> Page:
    """A new mailbox."""
    return _edit(MailboxForm(), None)


@bp.route("/<int:mailbox_id>", methods=["GET", "POST"])
@admin
def edit(mailbox_id: int) -> Page:
    """Change a mailbox."""
    row = services.found(mailbox_id)
    return _edit(MailboxForm(data=_filled(row)), row)


def _filled(row: Mailbox) -> dict[str, Any]:
    """What the form shows of a mailbox: never its password."""
    values = services.values_of(row)
    shown = {name: getattr(values, name) for name in services.Values.__dataclass_fields__ if name != "password"}
    return {**shown, "folders": "\n".join(values.folders), "most_megabytes": max(1, values.most_bytes // MEGABYTE)}


@bp.post("/<int:mailbox_id>/look")
@admin
def look(mailbox_id: int) -> Response:
    """Look into it now."""
    row = services.found(mailbox_id)
    services.look_now(row.id)
    flash(_("%(address)s is looked into now.", address=row.address))
    return redirect(url_for("mailboxes.index"))


@bp.post("/<int:mailbox_id>/refused/<int:folder_id>")
@admin
def refused(mailbox_id: int, folder_id: int) -> Response:
    """Ask once more for a message that the server did not hand out (`key`), or leave it there for good (`leave`)."""
    act = refusals.leave if "leave" in request.form else refusals.try_again
    act(mailbox_id, folder_id, request.form.get("key", ""))
    flash(_("It is left where it is.") if "leave" in request.form else _("The server is asked for it again."))
    return redirect(url_for("mailboxes.edit", mailbox_id=mailbox_id))


@bp.post("/<int:mailbox_id>/delete")
@admin
def delete(mailbox_id: int) -> Response:
    """Read it no more."""
    row = services.found(mailbox_id)
    services.remove(current_actor(), row.id)
    flash(_("The mailbox %(address)s is removed. The mail that came from it stays.", address=row.address))
    return redirect(url_for("mailboxes.index"))


def _edit(form: MailboxForm, row: Mailbox | None) -> Page:
    """Show the form, try what it holds, and store it if the server takes it."""
    form.fill()
    tried: Probe | None = None
    if form.validate_on_submit():
        values = form.values()
        if row is not None:
            values = services.with_old(values, row)
        tried = _tried(form, values, row) if values.is_active or "test" in request.form else None
        if not form.errors and "test" not in request.form:
            services.save(current_actor(), values, row.id if row else None)
            flash(_("The mailbox %(address)s is saved.", address=values.address), "success")
            return redirect(url_for("mailboxes.index"))
    protocols = connecting.protocols().values()
    channel = state.channel(row) if row else None
    page = render_template(
        "mailboxes/edit.html",
        form=form,
        mailbox=row,
        tried=tried,
        channel=channel,
        protocols=protocols,
        refused=[(folder, one, refusals.plain_key(folder, one)) for folder, one in refusals.of(row.id)] if row else (),
    )
    return (page, 422) if form.errors else page


def _tried(form: MailboxForm, values: services.Values, row: Mailbox | None) -> Probe | None:
    """What the server says to it; what it refuses stands at the field that it is about."""
    release()  # the server may take its time
    try:
        found = probe(values, row)
    except FetchProblem as problem:
        field = {"login": form.password, "archive": form.archive, "folder": form.folders}.get(problem.kind, form.host)
        field.errors = (words(problem.kind, problem.detail),)
        return None
    if found.missing:
        form.folders.errors = (_("The server has no folder of this name: %(names)s.", names=", ".join(found.missing)),)
    return found
