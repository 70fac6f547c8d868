"""The pages of the admin panel: keys, and what was done with them."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from hookdesk.api import NotFound, Ticket, absolute_url, admin, confirmed, current_actor, id_argument, reading
from hookdesk_api_osticket import services
from hookdesk_api_osticket.blueprint import bp
from hookdesk_api_osticket.forms import KeyForm
from hookdesk_api_osticket.models import ApiKey, Call

MOST_KEYS = 500
PAGE = 50


@bp.get("/admin/api-keys")
@admin
def index() -> str:
    """All keys."""
    keys = list(reading().scalars(select(ApiKey).order_by(ApiKey.is_active.desc(), ApiKey.name).limit(MOST_KEYS)))
    return render_template(
        "api_osticket/index.html", keys=keys, address=absolute_url("api_osticket.create", kind="json")
    )


@bp.get("/admin/api-keys/new")
@admin
@confirmed
def new() -> str:
    """The form of a new key."""
    return render_template("api_osticket/edit.html", form=KeyForm(), key=None)


@bp.post("/admin/api-keys/new")
@admin
@confirmed
def new_post() -> Response | tuple[str, int]:
    """Make a key. Its secret is on this page and nowhere else, not even in the cookie that a redirect would need."""
    form = KeyForm()
    if not form.validate():
        return render_template("api_osticket/edit.html", form=form, key=None), 422
    secret = services.create(current_actor(), form.values())
    page = make_response(render_template("api_osticket/made.html", name=form.name.data, secret=secret))
    page.headers["Cache-Control"] = "no-store"
    return page


@bp.get("/admin/api-keys/<int:key_id>")
@admin
def edit(key_id: int) -> str:
    """The form of a key."""
    key = _found(key_id)
    fields = ("name", "may_create_tickets", "may_run_cron", "calls_per_minute", "notes", "is_active")
    data: dict[str, Any] = {name: getattr(key, name) for name in fields}
    form = KeyForm(data={**data, "networks": "\n".join(key.networks)})
    return render_template("api_osticket/edit.html", form=form, key=key)


@bp.post("/admin/api-keys/<int:key_id>")
@admin
@confirmed
def edit_post(key_id: int) -> AnyResponse | tuple[str, int]:
    """Change a key."""
    key, form = _found(key_id), KeyForm()
    if not form.validate():
        return render_template("api_osticket/edit.html", form=form, key=key), 422
    try:
        services.change(current_actor(), key_id, form.values())
    except LookupError as error:
        raise NotFound(str(error)) from None
    flash(_("The key %(name)s is saved.", name=form.name.data), "success")
    return redirect(url_for("api_osticket.index"))


@bp.post("/admin/api-keys/<int:key_id>/delete")
@admin
@confirmed
def delete(key_id: int) -> AnyResponse:
    """Delete a key."""
    key = _found(key_id)
    try:
        services.remove(current_actor(), key_id)
    except LookupError as error:
        raise NotFound(str(error)) from None
    flash(_("The key %(name)s is deleted.", name=key.name))
    return redirect(url_for("api_osticket.index"))


@bp.get("/admin/api-keys/calls")
@admin
def show_calls() -> str:
    """The log of calls, the newest first: of one key (`?key=`), below a line (`?before=`)."""
    key_id, before = id_argument("key"), id_argument("before")
    columns = (
        Call.id, Call.called_at, Call.operation, Call.status, Call.note, Call.address, ApiKey.id.label("key_id"),
        ApiKey.name.label("key_name"), Ticket.number,
    )  # fmt: skip
    query = select(*columns).outerjoin(ApiKey, ApiKey.id == Call.key_id).outerjoin(Ticket, Ticket.id == Call.ticket_id)
    if key_id is not None:
        query = query.where(Call.key_id == key_id)
    if before is not None:
        query = query.where(Call.id < before)
    rows = reading().all(query.order_by(Call.id.desc()).limit(PAGE + 1))
    shown = rows[:PAGE]
    older = url_for("api_osticket.show_calls", key=key_id, before=shown[-1].id) if len(rows) > PAGE else ""
    key = _found(key_id) if key_id is not None else None
    return render_template("api_osticket/calls.html", rows=shown, older=older, key=key, is_first=before is None)


def _found(key_id: int) -> ApiKey:
    """The key of that id, or the page that says there is none."""
    key: ApiKey | None = reading().scalars(select(ApiKey).where(ApiKey.id == key_id)).first()
    if key is None:
        raise NotFound("no such API key")
    return key
