"""What the pages with a form share: save, or say at its field what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Form, directory

Answer = str | Response | tuple[str, int]


def found(row: Any) -> Any:
    """The row, or the page that says there is none."""
    if row is None:
        abort(404)
    return row


def edit(template: str, form: Form, save: Callable[[], str], back: str, **context: Any) -> Answer:
    """Show a form, or save what it sent and go where `save` says. A problem stands at its field (422), and what was typed is kept."""
    if not form.is_submitted():
        return render_template(template, form=form, back=back, problem="", **context)
    problem = ""
    if form.validate():
        try:
            leads_to = save()
        except directory.DirectoryProblem as error:
            problem = str(error)
            if error.field in form:
                form[error.field].errors = [problem]
                problem = ""
        else:
            flash(_("Saved."), "success")
            return redirect(leads_to)
    return render_template(template, form=form, back=back, problem=problem, **context), 422


def asked() -> str:
    """What somebody looks for: the argument `q`, bounded."""
    return " ".join(request.args.get("q", "").split())[:100]
