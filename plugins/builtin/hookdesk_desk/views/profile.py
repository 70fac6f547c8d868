"""What agents say about themselves."""

from __future__ import annotations

from babel import Locale
from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import Agent, CoreSettings, agent, current_actor, describe, people, reading
from hookdesk_desk import preferences as kept
from hookdesk_desk.forms import PreferencesForm, ProfileForm
from hookdesk_desk.services import save_profile
from hookdesk_desk.views import preferences
from hookdesk_desk.views.blueprint import bp


@bp.get("/profile", endpoint="profile")
@agent()
def profile_page() -> str:
    """The form."""
    return page()


@bp.post("/profile", endpoint="profile_post")
@agent()
def profile_post() -> Response | tuple[str, int]:
    """Store it."""
    form = _form()
    if not form.validate():
        return page(form), 422
    save_profile(
        current_actor(), form.name.data, form.signature.data or "", form.locale.data or "", form.timezone.data or ""
    )
    flash(_("Your profile was saved."), "success")
    return redirect(url_for("desk.profile"))


@bp.post("/profile/preferences", endpoint="preferences")
@agent()
def preferences_post() -> Response | tuple[str, int]:
    """Store how the desk is to be."""
    form = preferences.filled()
    if not form.validate():
        return page(preferences_form=form), 422
    kept.save(current_actor(), form.choice())
    flash(_("The desk is as you like it."), "success")
    return redirect(url_for("desk.profile"))


def page(form: ProfileForm | None = None, preferences_form: PreferencesForm | None = None) -> str:
    """The page; a form that was not taken stands in it as it was filled in."""
    actor = current_actor()
    if form is None:
        columns = select(Agent.name, Agent.signature, Agent.locale, Agent.timezone)
        form = _form(obj=reading().first(columns.where(Agent.id == actor.agent_id)))
    own = preferences_form or preferences.filled(kept.of(actor.agent_id))
    return render_template("desk/profile.html", form=form, preferences=own)


def _form(obj: object = None) -> ProfileForm:
    """The form with the languages and zones that there are."""
    form = ProfileForm(obj=obj)
    languages: tuple[str, ...] = current_app.extensions["hookdesk_languages"]
    form.locale.choices = [("", _("As the browser asks for")), *((code, _name(code)) for code in languages)]
    zones = next(field.choices for field in describe(CoreSettings) if field.name == "timezone")
    form.timezone.choices = [("", _("The site's")), *zones]
    if people.hides_agents():
        form.name.description = _("Your colleagues see it; requesters are not told agents' names.")
        form.signature.description = _(
            "It stands below your replies when they are mailed to colleagues, not to requesters."
        )
    return form


def _name(code: str) -> str:
    """A language by its own name."""
    return (Locale.parse(code).get_display_name() or code).capitalize()
