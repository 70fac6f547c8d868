"""A mail under the glass, and mails that are uploaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from hookdesk.api import NotFound, admin, attachments, text_to_html
from hookdesk_email_in import importing, rehearsal, uploads
from hookdesk_email_in.forms import InspectForm, UploadForm
from hookdesk_email_in.mime import MAX_BYTES
from hookdesk_email_in.views.blueprint import bp
from hookdesk_email_in.views.words import fold_words, outcome_words


@bp.route("/inspect", methods=["GET", "POST"])
@admin
def inspect() -> str | tuple[str, int]:
    """A pasted or uploaded mail: what each stage would make of it. Nothing is stored."""
    form = InspectForm()
    raw = _given(form) if form.validate_on_submit() else None
    if form.is_submitted() and raw is not None and not raw.strip():
        form.mail.errors = [_("Paste a mail, or choose a file.")]
        raw = None
    return _page(form, raw) if not form.errors else (_page(form, None), 422)


@bp.get("/inspect/<int:intake_id>")
@admin
def stored(intake_id: int) -> str:
    """A mail that came in: what would become of it if it were replayed."""
    try:
        found = rehearsal.stored(intake_id)
    except (attachments.NoStorage, FileNotFoundError):
        found = None
    if found is None:
        raise NotFound("no such mail")
    return _page(None, found[0], found[1], intake_id)


@bp.route("/inspect/upload", methods=["GET", "POST"])
@admin
def upload() -> str | Answer | tuple[str, int]:
    """Take in the mails of a file, and see how far those are that take longer."""
    form = UploadForm()
    if form.validate_on_submit() and isinstance(form.file.data, FileStorage):
        sent = form.file.data
        done = uploads.keep(sent.filename or "", sent.stream, form.mailbox.data or "", not form.is_told.data)
        flash(_("%(name)s is stored.", name=done.name), "success")
        return redirect(url_for("email_in.upload"))
    page = render_template(
        "email_in/upload.html",
        form=form,
        uploads=uploads.every(),
        outcomes=importing.OUTCOMES,
        outcome_words=outcome_words,
    )
    return (page, 422) if form.errors else page


@bp.get("/uploads")
@admin
def progress() -> str:
    """The list alone, while something is under way."""
    return render_template(
        "email_in/uploads.html", uploads=uploads.every(), outcomes=importing.OUTCOMES, outcome_words=outcome_words
    )


def _given(form: InspectForm) -> bytes:
    """The mail that was sent with the form."""
    sent = form.file.data
    if isinstance(sent, FileStorage) and sent.filename:
        return bytes(sent.stream.read(MAX_BYTES + 1))
    return (form.mail.data or "").replace("\r\n", "\n").encode("utf-8", "replace")


def _page(
    form: InspectForm | None, raw: bytes | None, meta: Mapping[str, Any] | None = None, intake_id: int | None = None
) -> str:
    """The page, with what was found."""
    seen, problem = None, ""
    if raw is not None:
        try:
            seen = rehearsal.rehearse(raw, meta)
        except RuntimeError as error:  # whoever would have to be asked is away
            problem = str(error)
    return render_template(
        "email_in/inspect.html", form=form, seen=seen, problem=problem, intake_id=intake_id, fold_words=fold_words,
        outcome_words=outcome_words, knows=lambda name: name in current_app.view_functions, body=text_to_html(seen.words) if seen else "",
    )  # fmt: skip
