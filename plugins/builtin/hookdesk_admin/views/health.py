"""Health checks and jobs."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import admin, job_overview
from hookdesk_admin import watch
from hookdesk_admin.blueprint import bp
from hookdesk_admin.watch import notice
from hookdesk_admin.words import check_name


@bp.get("/health", endpoint="health")
@admin
def health() -> str:
    """All checks, those that are not all right first."""
    watch.forget()
    order = ["error", "warning", "ok"]
    found = sorted(watch.watched().checks, key=lambda one: (order.index(one[1].state), one[1].name))
    told = [(check, check_name(check.name), notice(slug, check)) for slug, check in found]
    return render_template("admin/health.html", checks=told, bad=len(watch.watched().bad))


@bp.get("/jobs", endpoint="jobs")
@admin
def jobs() -> str:
    """When each job last ran, and how it ended."""
    lines = job_overview.overview()
    return render_template("admin/jobs.html", jobs=sorted(lines, key=lambda job: (not job.error, job.name)))


@bp.post("/jobs/<name>/run", endpoint="job_run")
@admin
def run_job(name: str) -> Response:
    """Ask for a run."""
    if not job_overview.run_now(name):
        abort(404)
    flash(_("%(name)s was asked to run; it does as soon as a worker is free.", name=name), "success")
    return redirect(url_for("admin.jobs"))
