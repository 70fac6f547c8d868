"""The accounts' pages in the admin panel."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, admin, current_actor, people, wake
from hookdesk_email_out import routes, services, trying
from hookdesk_email_out.accounts import store
from hookdesk_email_out.accounts.forms import AccountForm
from hookdesk_email_out.models import Account
from hookdesk_email_out.views.blueprint import bp

Page = str | Response | tuple[str, int]


@bp.get("/admin/mail/accounts")
@admin
def accounts() -> str:
    """Every account, and how it does."""
    return render_template("email_out/accounts.html", accounts=store.everyone(), is_resting=routes.is_resting)


@bp.route("/admin/mail/accounts/new", methods=["GET", "POST"])
@admin
def new_account() -> Page:
    """A new account."""
    return _edit(AccountForm(), None)


@bp.route("/admin/mail/accounts/<int:account_id>", methods=["GET", "POST"])
@admin
def account(account_id: int) -> Page:
    """Change an account."""
    row = _found(account_id)
    return _edit(AccountForm(data={name: getattr(row, name) for name in store.STATED if name != "password"}), row)


@bp.post("/admin/mail/accounts/<int:account_id>/test")
@admin
def try_account(account_id: int) -> Page:
    """Send a test mail, and show the end of what was said."""
    row, address = _found(account_id), people.normal_address(request.form.get("to", "")) or ""
    if not address or not row.host:
        flash(_("Write the whole address, as in help@example.org.") if row.host else _("Set a server first."), "danger")
        return redirect(url_for("email_out.account", account_id=row.id))
    return render_template("email_out/trial.html", row=row, to=address, trial=trying.send(row, address))


@bp.post("/admin/mail/accounts/<int:account_id>/delete")
@admin
def delete_account(account_id: int) -> Response:
    """Delete an account."""
    row = _found(account_id)
    try:
        store.remove(current_actor(), row.id)
    except store.AccountProblem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("email_out.account", account_id=row.id))
    flash(_("The account %(name)s is deleted.", name=row.name))
    return redirect(url_for("email_out.accounts"))


@bp.post("/admin/topics/<ref>/account")
@admin
def choose_account(ref: str) -> Response:
    """Say which account the mails of a help topic leave by."""
    try:
        store.set_for_topic(current_actor(), ref[:120], store.id_of(request.form.get("account", "")))
    except LookupError as error:
        raise NotFound(str(error)) from None
    flash(_("Saved."), "success")
    return redirect(request.referrer or url_for("email_out.accounts"))


def _edit(form: AccountForm, row: Account | None) -> Page:
    """Show the form, or store what it holds."""
    form.offer()
    if form.validate_on_submit():
        try:
            account_id = store.save(current_actor(), form.values(), row.id if row else None)
        except store.AccountProblem as problem:
            form[problem.field].errors = (str(problem),)
        except LookupError as error:
            raise NotFound(str(error)) from None
        else:
            wake(services.SEND)
            flash(_("The account %(name)s is saved.", name=form.name.data), "success")
            return redirect(url_for("email_out.account", account_id=account_id))
    page = render_template("email_out/account.html", form=form, row=row)
    return (page, 422) if form.errors else page


def _found(account_id: int) -> Account:
    """The account of that id, or the page that says there is none."""
    row = next((one for one in store.everyone() if one.id == account_id), None)
    if row is None:
        raise NotFound("no such account")
    return row
