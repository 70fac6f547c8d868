"""The system log."""

from __future__ import annotations

from flask import render_template

from hookdesk.api import admin
from hookdesk_admin.blueprint import bp
from hookdesk_admin.paging import word
from hookdesk_admin.queries import running

LEVELS = ("warning", "error")


@bp.get("/log", endpoint="log")
@admin
def show_log() -> str:
    """What the site did or could not do, newest first."""
    level = word("level", LEVELS)
    return render_template("admin/log.html", page=running.log_lines(level), level=level)
