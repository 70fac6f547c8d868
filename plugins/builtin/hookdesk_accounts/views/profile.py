"""A requester's own page."""

from __future__ import annotations

from babel import Locale
from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import CoreSettings, account, current_actor, describe, users
from hookdesk_accounts.forms import ProfileForm
from hookdesk_accounts.views.blueprint import bp


@bp.route("/account", methods=["GET", "POST"])
@account
def profile() -> Response | str | tuple[str, int]:
    """Name, language, time zone; below it what other plugins add: password, sessions."""
    actor = current_actor()
    form = ProfileForm(data={"name": actor.name, "locale": actor.locale, "timezone": actor.timezone})
    languages: tuple[str, ...] = current_app.extensions["hookdesk_languages"]
    form.locale.choices = [("", _("As the browser asks for")), *((code, _in_itself(code)) for code in languages)]
    zones = next(field.choices for field in describe(CoreSettings) if field.name == "timezone")
    form.timezone.choices = [("", _("The site's")), *zones]
    if form.validate_on_submit():
        users.save_profile(actor, form.name.data, form.locale.data, form.timezone.data)
        flash(_("Saved."), "success")
        return redirect(url_for("accounts.profile"))
    return render_template("accounts/profile.html", form=form), 422 if form.errors else 200


def _in_itself(code: str) -> str:
    """A language's name in that language."""
    return (Locale.parse(code).display_name or code).capitalize()
