"""All roads that mail comes and goes by, and how each is."""

from __future__ import annotations

from flask import render_template

from hookdesk.api import admin
from hookdesk_email_in import channels as roads
from hookdesk_email_in.views.blueprint import bp


@bp.get("/channels")
@admin
def channels() -> str:
    """Each road with its state."""
    found = roads.every()
    return render_template("email_in/channels.html", channels=found, counted=roads.counted(found))
