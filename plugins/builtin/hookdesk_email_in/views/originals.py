"""A mail as it came in, one press away from the entry that it became."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, render_template, url_for

from hookdesk.api import NotFound, TicketView, agent, attachments, current_actor, entries
from hookdesk_email_in import rehearsal
from hookdesk_email_in.services import CHANNEL
from hookdesk_email_in.views.blueprint import mails

SHOWN_BYTES = 256 * 1024
_CONTROL: Mapping[int, int | None] = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | {13: None}
"""Characters that steer a screen → the pictures of them; lines end with a line feed alone."""


@mails.get("/<int:entry_id>")
@agent()
def original(entry_id: int) -> str:
    """The mail behind an entry, its headers too, as plain text."""
    view, raw = _mail(entry_id)
    return render_template(
        "email_in/original.html",
        ticket=view,
        entry_id=entry_id,
        raw=raw[:SHOWN_BYTES].decode("utf-8", "replace").translate(_CONTROL),
        size=len(raw),
        is_cut=len(raw) > SHOWN_BYTES,
        back_url=url_for("desk.ticket", number=view.number) if "desk.ticket" in current_app.view_functions else "",
    )


@mails.get("/<int:entry_id>/file")
@agent()
def original_file(entry_id: int) -> Response:
    """The same as a file that no browser opens by itself."""
    view, raw = _mail(entry_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{view.number}-{entry_id}.eml"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(raw, mimetype="application/octet-stream", headers=headers)


def has_one(entry: Any) -> bool:
    """Whether an entry came as a mail."""
    return entry.intake_id is not None and entry.channel == CHANNEL


def _mail(entry_id: int) -> tuple[TicketView, bytes]:
    """The ticket, and the raw mail of one of its entries.

    Raises:
        NotFound: there is none that this agent may see, or its bytes are gone.
    """
    view, entry = entries.access_entry(current_actor(), entry_id)
    try:
        found = rehearsal.stored(entry.intake_id) if has_one(entry) else None
    except (attachments.NoStorage, FileNotFoundError):
        found = None
    if found is None:
        raise NotFound("no original of that entry")
    return view, found[0]
