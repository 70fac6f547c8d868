"""Deleting a department, role, team or organization: asked once, with what uses it; what is in use is kept."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from hookdesk.api import Department, Organization, Role, Team, WebHooks, admin, current_actor, directory, site
from hookdesk_admin.blueprint import bp
from hookdesk_admin.queries import places
from hookdesk_admin.views.editing import Answer, confirm, found, is_confirmed

KINDS = {"department": Department, "role": Role, "team": Team, "organization": Organization}


@bp.route(
    "/<any(department, role, team, organization):kind>s/<int:row_id>/delete", methods=["GET", "POST"], endpoint="delete"
)
@admin
def delete(kind: str, row_id: int) -> Answer:
    """Say what uses it; delete it if nothing does and the question was answered."""
    row = found(places.one(KINDS[kind], row_id))
    edit_url = url_for(f"admin.{kind}_edit", row_id=row_id)
    if is_confirmed():
        try:
            directory.remove(current_actor(), kind, row_id)
        except directory.DirectoryProblem as problem:
            flash(str(problem), "danger")
            return redirect(edit_url)
        flash(_("%(name)s was deleted.", name=row.name), "success")
        return redirect(url_for(f"admin.{kind}s"))
    uses = directory.usage_words(directory.usage(kind, row_id))
    if uses:
        advice = (
            ""
            if kind == "organization"
            else _("Switch it to inactive instead: what it has stays, and nothing new comes.")
        )
        text = _("It cannot be deleted while it has: %(uses)s.", uses=uses)
        return confirm(_("%(name)s is in use", name=row.name), f"{text} {advice}".strip(), "", edit_url)
    naming = [name for name, _url in site().hooks.collect(WebHooks.reference_uses, ref=f"{kind}:{row_id}")]
    text = (
        _("These name it, and go on without it. This cannot be undone.")
        if naming
        else _("Nothing uses it. This cannot be undone.")
    )
    return confirm(_("Delete %(name)s?", name=row.name), text, _("Delete it"), edit_url, facts=naming)
