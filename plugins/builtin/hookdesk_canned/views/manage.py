"""The pages on which responses are seen to."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from hookdesk.api import Actor, Forbidden, agent, attachments, current_actor, id_argument
from hookdesk_canned import filling, queries, rights, services
from hookdesk_canned.forms import ResponseForm
from hookdesk_canned.models import Response
from hookdesk_canned.views.blueprint import bp

Page = str | Answer | tuple[str, int]


def _manager() -> Actor:
    """Who asks, if there is anything that they may see to."""
    actor = current_actor()
    if not rights.may_manage_any(actor):
        abort(403)
    return actor


@bp.get("", endpoint="index")
@agent()
def index() -> str:
    """All that the agent may see to; `?q=` looks for some, `?department=` narrows to one."""
    actor = _manager()
    text, department = " ".join(request.args.get("q", "").split())[:100], request.args.get("department", "")
    return render_template(
        "canned/index.html",
        rows=queries.managed(actor, text, department),
        q=text,
        department=department,
        shown=_shown(actor),
        languages=_languages(),
    )


def _shown(actor: Actor) -> list[tuple[int | str, str]]:
    """What the list can be narrowed to."""
    everywhere = [("none", _("For every department"))] if rights.may_manage(actor, None) else []
    return [("", _("Every response")), *everywhere, *queries.departments(actor)]


@bp.route("/add", methods=["GET", "POST"], endpoint="new")
@agent()
def new() -> Page:
    """A new one; `?like=<id>` begins with what another one has, `?department=<id>` for that one."""
    actor, like = _manager(), id_argument("like")
    if like is None:
        return _edit(actor, ResponseForm(data={"department_id": id_argument("department"), "is_active": True}), None)
    row = services.found(actor, like)
    return _edit(actor, ResponseForm(data={**_filled(row), "title": _("%(name)s (copy)", name=row.title)[:200]}), None)


@bp.route("/<int:response_id>", methods=["GET", "POST"], endpoint="edit")
@agent()
def edit(response_id: int) -> Page:
    """Change one."""
    actor = _manager()
    row = services.found(actor, response_id)
    return _edit(actor, ResponseForm(data=_filled(row)), row)


@bp.post("/<int:response_id>/delete", endpoint="delete")
@agent()
def delete(response_id: int) -> Answer:
    """Delete one, unless a filter sends it."""
    actor = _manager()
    row = services.found(actor, response_id)
    try:
        services.remove(actor, response_id)
    except services.ResponseProblem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("canned.edit", response_id=response_id))
    flash(_("The response %(name)s is deleted.", name=row.title), "success")
    return redirect(url_for("canned.index"))


def _filled(row: Response) -> dict[str, Any]:
    """What the form shows of a response."""
    return {name: getattr(row, name) for name in services.Values.__slots__}


def _edit(actor: Actor, form: ResponseForm, row: Response | None) -> Page:
    """Show the form, or store what it holds."""
    _offer(actor, form, row.department_id if row else None)
    if form.validate_on_submit():
        try:
            stored = tuple(attachments.store(file) for file in form.files.files())
            dropped = {int(one) for one in request.form.getlist("dropped") if one.isdecimal() and len(one) < 19}
            services.save(actor, form.values(), row.id if row else None, added=stored, dropped=dropped)
        except services.ResponseProblem as problem:
            form[problem.field].errors = (str(problem),)
        except Forbidden:
            form.department_id.errors = (_("You see to the responses of other departments."),)
        else:
            flash(_("The response %(name)s is saved.", name=form.title.data), "success")
            return redirect(url_for("canned.index"))
    page = render_template(
        "canned/edit.html",
        form=form,
        row=row,
        files=services.files(row.id) if row else [],
        using=services.uses(row.id) if row else [],
        variables=filling.offered(),
    )
    return (page, 422) if form.errors else page


def _offer(actor: Actor, form: ResponseForm, now: int | None) -> None:
    """The departments and languages to choose from."""
    everywhere = [("", _("Every department"))] if rights.may_manage(actor, None) else []
    form.department_id.choices = [*everywhere, *queries.departments(actor, now)]
    form.locale.choices = [("", _("Any language")), *_languages().items()]


def _languages() -> dict[str, str]:
    """The site's languages, each by its own name."""
    codes: tuple[str, ...] = current_app.extensions["hookdesk_languages"]
    return {code: (Locale.parse(code).get_display_name() or code).capitalize() for code in codes}
