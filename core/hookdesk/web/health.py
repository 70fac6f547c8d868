"""`/health` for monitors, and the front page where no plugin has one."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, jsonify, redirect, url_for
from flask_babel import format_timedelta
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, text
from werkzeug.wrappers import Response as BaseResponse

from hookdesk import __version__, clock
from hookdesk.db.context import reading
from hookdesk.hookspecs import RunningHooks
from hookdesk.jobs import scheduler
from hookdesk.models import Delivery, IntakeRecord, Lease, OutboxEvent
from hookdesk.site import site
from hookdesk.types.web import Health
from hookdesk.wakeup.hints import queue_of
from hookdesk.web.blueprint import bp
from hookdesk.web.guard import public
from hookdesk.web.security import limiter

LATE = timedelta(minutes=5)
AWAY_SECONDS = 60


@bp.get("/health")
@public
@limiter.exempt
def health() -> tuple[Response, int]:
    """How the site is: 200 if it can work, 503 if not. Details of warnings stand in the admin panel, not here."""
    checks = check_all()
    worst = "error" if any(check.state == "error" for check in checks) else "ok"
    names = {check.name: check.state for check in checks}
    return jsonify({"status": worst, "version": __version__, "checks": names}), 503 if worst == "error" else 200


def check_all() -> list[Health]:
    """Core's checks and those of plugins."""
    return [check for _, check in check_each()]


def check_each() -> list[tuple[str, Health]]:
    """The same, each with the slug of its plugin ("core" for core's own)."""
    return [*(("core", check) for check in _core_checks()), *site().hooks.attributed(RunningHooks.health_checks)]


def _core_checks() -> list[Health]:
    """Database, plugins, queues, worker."""
    try:
        reading().scalar(select(text("1")))
    except Exception as error:  # whatever is wrong with it, the answer is that it is
        return [Health("database", "error", str(error)[:200])]
    found = [Health("database", "ok")]
    problems = site().plugins.problems
    detail = "; ".join(f"{slug}: {problem}" for slug, problem in problems.items())
    found.append(Health("plugins", "warning" if problems else "ok", detail))
    dead = reading().scalar(select(func.count()).select_from(Delivery).where(Delivery.state == "dead")) or 0
    found.append(Health("deliveries", "warning" if dead else "ok", _l("%(num)s given up", num=dead) if dead else ""))
    events = reading().scalar(select(func.min(OutboxEvent.created_at)))
    records = reading().scalar(select(func.min(IntakeRecord.received_at)).where(IntakeRecord.outcome == "pending"))
    return [*found, _lag("outbox", events), _lag("intake", records), _queue(), _worker()]


def _queue() -> Health:
    """Whether Redis carries wake-ups. Without it everything works, a second later."""
    try:
        queue = queue_of(site())
        if queue is not None and queue.answers():
            return Health("queue", "ok")
    except Exception as error:  # whatever Redis or its client raise
        detail = str(error)[:200]
    else:
        detail = _l("There is no Redis or Valkey; HOOKDESK_REDIS_URL names one")
    return Health(
        "queue", "warning", _l("%(problem)s. The workers look into the database each second instead", problem=detail)
    )


def _worker() -> Health:
    """Whether a worker is there: one of them holds the scheduler's lease and renews it every few seconds."""
    until = reading().scalar(select(Lease.until).where(Lease.name == scheduler.LEASE))
    if until is not None and (clock.now() - until).total_seconds() < AWAY_SECONDS:
        return Health("worker", "ok")
    return Health("worker", "warning", _l("Start one: hookdesk serve, or hookdesk worker"))


def _lag(name: str, oldest: object) -> Health:
    """A queue whose oldest item waits too long deserves a look."""
    waited = clock.now() - oldest if isinstance(oldest, datetime) else timedelta(0)
    if waited <= LATE:
        return Health(name, "ok")
    return Health(name, "warning", _l("The oldest waits for %(time)s", time=format_timedelta(waited)))


@bp.get("/", endpoint="front")
@public
def front() -> BaseResponse:
    """Where no portal is switched on: to the desk."""
    return redirect(url_for("core.agent_login"))
