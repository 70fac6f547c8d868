"""The words of mails in the admin panel: sets, kinds, the editor with its preview, versions."""

from __future__ import annotations

from difflib import ndiff
from typing import Any

from babel import Locale
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import TemplateKind, admin, current_actor, reading
from hookdesk_email_out import editing, own_kinds, preview
from hookdesk_email_out.editing import Place
from hookdesk_email_out.lint import WordsProblem
from hookdesk_email_out.models import Words
from hookdesk_email_out.variables import variables, written
from hookdesk_email_out.views.blueprint import bp
from hookdesk_email_out.wordings import Draft, own

FIELDS = ("subject", "text", "html")
ANSWER = str | Response | tuple[str, int]


@bp.get("/admin/templates")
@admin
def templates() -> str:
    """The kinds of messages of one set, and where own words are written."""
    set_id = _set(request.args.get("set", type=int) or 0)
    columns = (Words.kind, Words.locale, Words.author, Words.created_at)
    of_set = Words.set_id.is_(None) if set_id is None else Words.set_id == set_id
    written: dict[str, list[Any]] = {}
    for row in reading().all(select(*columns).where(of_set, Words.is_current).order_by(Words.locale)):
        written.setdefault(row.kind, []).append(row)
    return render_template(
        "email_out/templates.html", kinds=list(own_kinds.every_kind().values()), written=written, set_id=set_id, sets=editing.sets(),
        name=_set_name(set_id), used=editing.used_by(set_id) if set_id else [], language=_language,
    )  # fmt: skip


@bp.route("/admin/templates/<int:set_id>/<kind>", methods=["GET", "POST"])
@admin
def template(set_id: int, kind: str) -> ANSWER:
    """The words of one kind in one language: shown, tried out on a ticket, saved."""
    place, known = _place(set_id, kind)
    row = editing.current(place)
    draft = Draft(row.subject, row.text, row.html) if row else _own(known, place.locale)
    problems: dict[str, str] = {}
    if request.method == "POST":
        draft = Draft(*(request.form.get(field, "")[:100_000] for field in FIELDS))
        if request.form.get("act") != "preview":
            try:
                editing.save(current_actor(), place, draft)
            except WordsProblem as problem:
                problems = problem.problems
            else:
                flash(_("The words are saved; the next mail has them."), "success")
                return redirect(_url(place))
    ticket = request.form.get("ticket", "")[:40]
    page = render_template(
        "email_out/template.html", kind=known, place=place, row=row, draft=draft, problems=problems, set_name=_set_name(place.set_id),
        variables={written(name): label for name, label in variables().items()}, versions=editing.versions(place), url=_url, ticket=ticket,
        languages=[("", _("Any language")), *((code, _language(code)) for code in _languages())],
        shown=preview.shown(current_actor(), known, draft, place.locale, ticket), is_own=kind.startswith(own_kinds.PREFIX),
    )  # fmt: skip
    return (page, 422) if problems else page


@bp.post("/admin/templates/<int:set_id>/<kind>/reset")
@admin
def reset_template(set_id: int, kind: str) -> Response:
    """Let the default words count again."""
    place, _known = _place(set_id, kind)
    editing.reset(current_actor(), place)
    flash(_("The default words are used again. What was written is kept among the versions."), "success")
    return redirect(_url(place))


@bp.get("/admin/templates/<int:set_id>/<kind>/<int:number>")
@admin
def template_version(set_id: int, kind: str, number: int) -> str:
    """An earlier version, and how it differs from what counts now."""
    place, known = _place(set_id, kind)
    row = _version(place, number)
    now = editing.current(place)
    present = Draft(now.subject, now.text, now.html) if now else _own(known, place.locale)
    differences = [(field, _difference(getattr(row, field), getattr(present, field))) for field in FIELDS]
    return render_template(
        "email_out/version.html", kind=known, place=place, row=row, differences=differences, url=_url, set_name=_set_name(place.set_id)
    )  # fmt: skip


@bp.post("/admin/templates/<int:set_id>/<kind>/<int:number>")
@admin
def restore_template(set_id: int, kind: str, number: int) -> Response:
    """Let an earlier version count again, as a new one."""
    place, _known = _place(set_id, kind)
    row = _version(place, number)
    try:
        editing.save(current_actor(), place, Draft(row.subject, row.text, row.html))
    except WordsProblem as problem:  # what was good then may name what is gone
        flash(_("That version cannot be used any more: %(problem)s", problem=str(problem)), "danger")
        return redirect(_url(place, number))
    flash(_("That version is used again."), "success")
    return redirect(_url(place))


def _place(set_id: int, kind: str) -> tuple[Place, TemplateKind]:
    """The place that an address names, and its kind of message; 404 for any that there is not."""
    known, locale = own_kinds.found(kind), request.args.get("language", "")
    if known is None or locale not in ("", *_languages()):
        abort(404)
    return Place(_set(set_id), kind, locale), known


def _set(set_id: int) -> int | None:
    """The set of an address: 0 is the default one; 404 for one that there is not."""
    if set_id and set_id not in {row.id for row in editing.sets()}:
        abort(404)
    return set_id or None


def _set_name(set_id: int | None) -> str:
    """What a set is called."""
    return next((row.name for row in editing.sets() if row.id == set_id), str(_("Default set")))


def _version(place: Place, number: int) -> Any:
    """That version; 404 if it is not kept."""
    found = next((row for row in editing.versions(place) if row.number == number), None)
    if found is None:
        abort(404)
    return found


def _own(kind: TemplateKind, locale: str) -> Draft:
    """The words that a kind has by itself in a language: the reader's, where it is for any."""
    if not locale:
        return own(kind)
    with force_locale(locale):
        return own(kind)


def _difference(old: str, new: str) -> list[tuple[str, str]]:
    """Lines with "+", "-" or " "."""
    return [(line[0], line[2:]) for line in ndiff(old.splitlines(), new.splitlines()) if line[0] != "?"]


def _url(place: Place, number: int | None = None) -> str:
    """The page of a place, or of a version."""
    where: dict[str, Any] = {"set_id": place.set_id or 0, "kind": place.kind, "language": place.locale or None}
    if number is None:
        return url_for("email_out.template", **where)
    return url_for("email_out.template_version", **where, number=number)


def _languages() -> tuple[str, ...]:
    """The languages that the site speaks."""
    known: tuple[str, ...] = current_app.extensions["hookdesk_languages"]
    return known


def _language(code: str) -> str:
    """A language by its own name."""
    return (Locale.parse(code).get_display_name() or code).capitalize() if code else str(_("Any language"))
