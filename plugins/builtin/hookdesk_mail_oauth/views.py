"""The pages of the admin panel. Who changes where secrets go proves again who they are."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import MASK, NotFound, Refusal, WebHooks, admin, confirmed, current_actor, site
from hookdesk_mail_oauth import flow, presets, renewing, services, states
from hookdesk_mail_oauth.forms import FORMS, ConnectionForm
from hookdesk_mail_oauth.models import Connection
from hookdesk_mail_oauth.settings import Settings

bp = Blueprint("mail_oauth", __name__, url_prefix="/admin/mail-sign-ins")
Page = str | Response | tuple[str, int]
KEPT = "mail_oauth"


def provider_names() -> dict[str, str]:
    """Key and name of each kind of provider."""
    return {**{key: preset.label for key, preset in presets.PRESETS.items()}, presets.OTHER: _("Another provider")}


def networks() -> tuple[str, ...]:
    """Where providers of the site's own may stand."""
    return site().settings.get("mail_oauth", Settings).networks


@bp.get("")
@admin
def index() -> str:
    """All connections, and how each is."""
    found = services.everything()
    return render_template(
        "mail_oauth/index.html",
        connections=[(one, states.warnings(one)) for one in found],
        providers=provider_names(),
    )


@bp.route("/new/<provider>", methods=["GET", "POST"])
@admin
@confirmed
def new(provider: str) -> Page:
    """A new connection to a kind of provider."""
    if provider not in FORMS:
        raise NotFound("no such provider")
    return _edit(FORMS[provider](data={"name": _free_name(provider)}), None, provider)


@bp.route("/<int:connection_id>", methods=["GET", "POST"])
@admin
@confirmed
def edit(connection_id: int) -> Page:
    """How a connection is, and what it was set up with."""
    found = _found(connection_id)
    given = {
        name: getattr(found, name)
        for name in ("name", "user", "client_id", "secret_ends_on", "tenant", "authorize_url", "token_url", "scope")
    }
    given["client_secret"] = MASK if found.client_secret else ""
    if found.provider in presets.PRESETS:
        opened = presets.PRESETS[found.provider].protocols(found.scope)
        given |= {name: name in opened for name in presets.PROTOCOLS}
    return _edit(FORMS[found.provider](data=given), found, found.provider)


@bp.get("/<int:connection_id>/sign-in")
@admin
@confirmed
def begin(connection_id: int) -> Response:
    """Off to the provider. A link and no form: our content security policy lets no form lead to another host."""
    try:
        url, session[KEPT] = flow.begin(connection_id, current_actor())
    except LookupError as error:
        raise NotFound(str(error)) from None
    return redirect(url)


@bp.get("/callback")
@admin
def callback() -> Response:
    """Back from the provider, with a code or with what went wrong."""
    try:
        connection_id = flow.finish(session.pop(KEPT, ""), request.args, current_actor(), networks())
    except flow.FlowProblem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("mail_oauth.index"))
    flash(_("The provider let the site in. It renews the token by itself from now on."), "success")
    return redirect(url_for("mail_oauth.edit", connection_id=connection_id))


@bp.post("/<int:connection_id>/renew")
@admin
def renew(connection_id: int) -> Response:
    """Ask the provider for a new token now."""
    try:
        if renewing.token_of(connection_id, networks(), force=True) is None:
            raise NotFound("no such connection")
        flash(_("The provider gave a new token."), "success")
    except Refusal as refusal:
        flash(str(refusal), "danger")
    return redirect(url_for("mail_oauth.edit", connection_id=connection_id))


@bp.post("/<int:connection_id>/delete")
@admin
@confirmed
def delete(connection_id: int) -> Response:
    """Delete a connection with its tokens."""
    found = _found(connection_id)
    services.remove(current_actor(), connection_id)
    flash(_("The sign-in %(name)s is deleted.", name=found.name))
    return redirect(url_for("mail_oauth.index"))


def _edit(form: ConnectionForm, found: Connection | None, provider: str) -> Page:
    """Show the form, or store what it holds."""
    if form.validate_on_submit():
        try:
            connection_id = services.save(current_actor(), form.values(), found.id if found else None)
        except services.ConnectionProblem as problem:
            form[problem.field].errors = (str(problem),)
        except LookupError as error:
            raise NotFound(str(error)) from None
        else:
            flash(_("The sign-in %(name)s is saved.", name=form.name.data), "success")
            return redirect(url_for("mail_oauth.edit", connection_id=connection_id))
    page = render_template("mail_oauth/edit.html", form=form, **_about(found, provider))
    return (page, 422) if form.errors else page


def _about(found: Connection | None, provider: str) -> dict[str, Any]:
    """What the page shows besides the form."""
    ref = services.ref_of(found.id) if found else ""
    return {
        "connection": found,
        "warnings": states.warnings(found) if found else [],
        "provider": provider,
        "provider_name": provider_names()[provider],
        "redirect_uri": flow.redirect_uri(),
        "others": site().hooks.collect(WebHooks.reference_uses, ref=ref) if found else [],
    }


def _free_name(provider: str) -> str:
    """A name to begin with."""
    taken = {one.name for one in services.everything()}
    label = provider_names()[provider]
    return next(name for name in (label, *(f"{label} {number}" for number in range(2, 1000))) if name not in taken)


def _found(connection_id: int) -> Connection:
    """The connection of that id, or the page that says there is none."""
    found = services.find(connection_id)
    if found is None:
        raise NotFound("no such connection")
    return found
