"""The intake ledger: what came in, what became of it, the raw thing itself, and another try for what was turned away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from hookdesk.api import Outcome, Refusal, admin, attachments, intake
from hookdesk_admin.blueprint import bp
from hookdesk_admin.paging import word
from hookdesk_admin.queries import running
from hookdesk_admin.views.editing import found

SHOWN_BYTES = 64 * 1024
OUTCOMES = tuple(str(outcome) for outcome in Outcome)
_CONTROL = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | {13: None, 127: 0x2421}


@bp.get("/intake", endpoint="intake")
@admin
def list_records() -> str:
    """Every inbound item, newest first."""
    channels = running.channels()
    outcome, channel = word("outcome", OUTCOMES), word("channel", channels)
    return render_template(
        "admin/intake.html",
        page=running.records(outcome, channel),
        ledger=intake.ledger(),
        outcomes=OUTCOMES,
        outcome=outcome,
        channel=channel,
        channels=channels,
    )


@bp.get("/intake/<int:intake_id>", endpoint="intake_record")
@admin
def show_record(intake_id: int) -> str:
    """One item: how it ended and why, and the start of its raw bytes."""
    record = found(running.record(intake_id))
    problem, start = "", b""
    try:
        start = _start(record)
    except (attachments.NoStorage, FileNotFoundError) as error:
        problem = str(error) or _("The bytes are gone from the storage.")
    return render_template(
        "admin/record.html",
        record=record,
        raw=start.decode("utf-8", "replace").translate(_CONTROL),
        is_cut=record.raw_size > SHOWN_BYTES,
        problem=problem,
        meta=json.dumps(record.meta, indent=2, ensure_ascii=False, default=str) if record.meta else "",
        decisions=running.decisions(intake_id),
        ticket_url=ticket_url(record.number),
        can_replay=record.outcome in (Outcome.QUARANTINED, Outcome.REJECTED),
    )


@bp.get("/intake/<int:intake_id>/raw", endpoint="intake_raw")
@admin
def download_record(intake_id: int) -> Response:
    """The raw bytes as a file that no browser opens by itself."""
    record = found(running.record(intake_id))
    try:
        chunks: Any = _chunks(record)
        first = next(chunks, b"")
    except (attachments.NoStorage, FileNotFoundError):
        abort(404)
    name = f"intake-{intake_id}.{'eml' if record.channel == 'email' else 'bin'}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(_joined(first, chunks), mimetype="application/octet-stream", headers=headers)


@bp.post("/intake/<int:intake_id>/replay", endpoint="intake_replay")
@admin
def replay_record(intake_id: int) -> BaseResponse:
    """Process a quarantined or rejected item again, against today's plugins and rules."""
    back = redirect(url_for("admin.intake_record", intake_id=intake_id))
    try:
        settled = intake.replay(intake_id)
    except LookupError as error:
        flash(str(error), "danger")
        return back
    except Refusal as refusal:
        flash(str(refusal), "danger")
        return back
    if settled.ticket_id is not None:
        flash(_("It went through: the ticket is linked below."), "success")
    else:
        flash(_("It ended as before: %(reason)s", reason=settled.reason), "warning")
    return back


def ticket_url(number: str | None) -> str:
    """The desk's page of a ticket; "" without a desk or a ticket."""
    if number is None or "desk.ticket" not in current_app.view_functions:
        return ""
    return url_for("desk.ticket", number=number)


def _chunks(record: Any) -> Iterator[bytes]:
    """The bytes of a record, from the database or the storage.

    Raises:
        NoStorage, FileNotFoundError: they cannot be read.
    """
    if record.raw_sha256:
        yield from attachments.read(record.raw_sha256, record.storage)
    else:
        yield running.raw(record.id) or b""


def _start(record: Any) -> bytes:
    """The first 64 kB."""
    content = b""
    for chunk in islice(_chunks(record), 1024):
        content += chunk
        if len(content) >= SHOWN_BYTES:
            break
    return content[:SHOWN_BYTES]


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """All chunks."""
    yield first
    yield from rest
