"""How an agent wants the desk to be: what every page shows of it, and the form of their own page."""

from __future__ import annotations

from typing import Any

from flask import Response as FlaskResponse
from flask import request, url_for
from flask_babel import gettext as _

from hookdesk.api import agent, current_actor
from hookdesk_desk import preferences
from hookdesk_desk.forms import PreferencesForm
from hookdesk_desk.views.blueprint import bp


@bp.app_context_processor
def page_marks() -> dict[str, Any]:
    """What stylesheets and scripts know of it: attributes of the page."""
    actor = current_actor()
    if not actor.is_agent or actor.session_id is None:
        return {}
    choice = preferences.current()
    marks = {"data-keys": "on" if choice.keys else "off", "data-keys-url": url_for("desk.keys")}
    return {"page_marks": {**marks, **({"data-density": "compact"} if choice.density == "compact" else {})}}


@bp.after_app_request
def set_scheme(response: FlaskResponse) -> FlaskResponse:
    """Light or dark, once somebody has signed in or chosen."""
    return preferences.set_scheme(response)


@bp.post("/profile/keys", endpoint="keys")
@agent()
def keys() -> tuple[str, int]:
    """Switch single keys on (`keys` is "on") or off, from the sheet that shows them."""
    preferences.save_keys(current_actor(), request.form.get("keys") == "on")
    return "", 204


def filled(choice: preferences.Choice | None = None) -> PreferencesForm:
    """The form with what can be chosen."""
    form = PreferencesForm(obj=choice)
    form.density.choices = [("comfortable", _("Comfortable")), ("compact", _("Compact: more lines on a screen"))]
    form.scheme.choices = [("", _("As the system has it")), ("light", _("Light")), ("dark", _("Dark"))]
    form.page_size.choices = [(size, str(size) if size else _("As the site has it")) for size in preferences.PAGE_SIZES]
    form.after_reply.choices = [
        ("", _("As the site has it")), ("stay", _("Stay on the ticket")), ("next", _("Go to the next ticket of the queue")),
        ("list", _("Go back to the queue")),
    ]  # fmt: skip
    return form
