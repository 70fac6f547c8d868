"""The page of an organization, for its primary contacts."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, account, current_actor, directory, organizations
from hookdesk_organizations import services
from hookdesk_organizations.forms import SharingForm, choices

bp = Blueprint("organizations", __name__)


@bp.route("/organization", methods=["GET", "POST"])
@account
def page() -> Response | str | tuple[str, int]:
    """Members, and who sees the organization's tickets."""
    actor = current_actor()
    if not actor.is_primary_contact or actor.organization_id is None:
        raise NotFound("no contact of an organization")
    row = services.organization(actor.organization_id)
    if row is None:
        raise NotFound("no such organization")
    form = SharingForm(data={"sharing": row.sharing})
    form.sharing.choices = choices()
    if form.validate_on_submit():
        try:
            organizations.share(actor, form.sharing.data)
        except directory.DirectoryProblem as problem:
            form.sharing.errors = (str(problem),)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("organizations.page"))
    members, present = services.members(actor.organization_id), dict(choices())[row.sharing]
    found = render_template("organizations/page.html", organization=row, members=members, form=form, present=present)
    return found, 422 if form.errors else 200
