"""What the pages with a form share: save, say what does not fit, or go back to the list; and the question before something goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Form, directory

Answer = str | Response | tuple[str, int]
T = TypeVar("T")


def found(row: Any) -> Any:
    """The row, or 404 if there is none."""
    if row is None:
        abort(404)
    return row


def edit(template: str, form: Form, save: Callable[[], object], back: str, **context: Any) -> Answer:
    """Show a form, or save what it sent. A problem stands at its field (422), and what was typed is kept."""
    problem = ""
    if form.is_submitted():
        if form.validate():
            try:
                save()
            except directory.DirectoryProblem as error:
                problem = blame(form, error)
            else:
                flash(_("Saved."), "success")
                return redirect(back)
        page = render_template(template, form=form, back=back, problem=problem, **context)
        return page, 422
    return render_template(template, form=form, back=back, problem="", **context)


def blame(form: Form, error: directory.DirectoryProblem) -> str:
    """Put a problem at its field; the text again if it is about none of them."""
    if error.field not in form:
        return str(error)
    form[error.field].errors = [*form[error.field].errors, str(error)]
    return ""


def confirm(
    title: str, text: str, button: str, back: str, facts: Sequence[str] = (), hidden: Sequence[tuple[str, Any]] = ()
) -> str:
    """The question before something goes: what it is (`facts`), and a button that posts to this same address with `confirmed`."""
    return render_template(
        "admin/confirm.html", title=title, text=text, button=button, back=back, facts=facts, hidden=hidden
    )


def is_confirmed() -> bool:
    """True if the question has been answered."""
    return request.method == "POST" and request.form.get("confirmed") == "1"


def numbers(name: str, most: int = 500) -> list[int]:
    """Ids that a form sent under a name."""
    return [
        int(text)
        for text in request.form.getlist(name)[:most]
        if text.isascii() and text.isdecimal() and len(text) < 19
    ]


def filled(data_type: type[T], row: Any, **changes: Any) -> T:
    """What a service stores: `changes`, and for what the form does not show the row's own value, or the default where there is no row."""
    names = {field.name for field in fields(data_type)}  # type: ignore[arg-type]  # the services' data classes
    known = {name: value for name, value in row._mapping.items() if name in names} if row is not None else {}
    return data_type(**{**known, **changes})


def plain(form: Form, names: Sequence[str]) -> Mapping[str, Any]:
    """Some fields of a form by name; None as the empty text."""
    return {name: "" if form[name].data is None else form[name].data for name in names}
