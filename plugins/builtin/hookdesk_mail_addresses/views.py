"""The pages of the admin panel."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, admin, current_actor
from hookdesk_mail_addresses import choices, services
from hookdesk_mail_addresses.forms import AddressForm

bp = Blueprint("mail_addresses", __name__, url_prefix="/admin/mail-addresses")
Page = str | Response | tuple[str, int]


@bp.get("")
@admin
def index() -> str:
    """All addresses, and where mail to each goes."""
    return render_template("mail_addresses/index.html", rows=services.everything(), topics=dict(choices.topics()))


@bp.route("/new", methods=["GET", "POST"])
@admin
def new() -> Page:
    """A new address."""
    return _edit(AddressForm(), None)


@bp.route("/<int:address_id>", methods=["GET", "POST"])
@admin
def edit(address_id: int) -> Page:
    """Change an address."""
    row = _found(address_id)
    return _edit(AddressForm(data=row._mapping), row)


@bp.post("/<int:address_id>/delete")
@admin
def delete(address_id: int) -> Response:
    """Delete an address."""
    row = _found(address_id)
    try:
        services.remove(current_actor(), address_id)
    except services.AddressProblem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("mail_addresses.edit", address_id=address_id))
    flash(_("The address %(address)s is deleted.", address=row.address))
    return redirect(url_for("mail_addresses.index"))


def _edit(form: AddressForm, row: Any) -> Page:
    """Show the form, or store what it holds."""
    choices.fill(form, row._mapping if row else {})
    if form.validate_on_submit():
        try:
            services.save(current_actor(), form.values(), row.id if row else None)
        except services.AddressProblem as problem:
            form[problem.field].errors = (str(problem),)
        except LookupError as error:
            raise NotFound(str(error)) from None
        else:
            flash(_("The address %(address)s is saved.", address=form.address.data), "success")
            return redirect(url_for("mail_addresses.index"))
    page = render_template("mail_addresses/edit.html", form=form, row=row)
    return (page, 422) if form.errors else page


def _found(address_id: int) -> Any:
    """The address of that id, or the page that says there is none."""
    row = next((one for one in services.everything() if one.id == address_id), None)
    if row is None:
        raise NotFound("no such address")
    return row
