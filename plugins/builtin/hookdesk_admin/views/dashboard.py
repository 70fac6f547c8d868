"""The first page: is all well, what came in and what became of it, what needs somebody."""

from __future__ import annotations

from flask import render_template

from hookdesk import __version__
from hookdesk.api import admin, deadletters, intake, job_overview, site
from hookdesk_admin.blueprint import bp
from hookdesk_admin.queries import plugins as plugin_queries
from hookdesk_admin.queries import running
from hookdesk_admin.watch import notices


@bp.get("/", endpoint="index")
@admin
def index() -> str:
    """Health at a glance."""
    lines = plugin_queries.lines()
    jobs = job_overview.overview()
    return render_template(
        "admin/index.html",
        notices=notices(),
        ledger=intake.ledger(),
        broken=[line for line in lines if line.needs_attention],
        running=sum(line.is_on for line in lines),
        plugins=len(lines),
        counts=deadletters.counts(),
        failed_jobs=[job for job in jobs if job.error],
        problems=running.last_problems(),
        version=__version__,
        database=site().db.engine.dialect.name,
        instance=str(site().config.instance),
    )
