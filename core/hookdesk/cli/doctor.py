"""`hookdesk doctor`: looks at an instance from outside, without loading a plugin, and says what to do."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import asdict

import click
from babel.dates import format_timedelta
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from hookdesk import clock
from hookdesk import config as configuration
from hookdesk.config import KEY_FILE, Config, ConfigError
from hookdesk.db.engine import Database
from hookdesk.lifecycle.doctor import doctor as plugin_findings
from hookdesk.models import Delivery, IntakeRecord, JobRun, OutboxEvent
from hookdesk.secrets import load_keys
from hookdesk.types.web import Health

MEGABYTE = 1024 * 1024
LITTLE_MB, TOO_LITTLE_MB = 1024, 100
LATE_S = 300
OK, WARNING, ERROR = "ok", "warning", "error"
_MARKS = {OK: "ok     ", WARNING: "warning", ERROR: "ERROR  "}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def doctor(as_json: bool) -> None:
    """Look for what is wrong and say what to do about it. Exit status 1 if anything is an error; warnings leave it 0."""
    config = configuration.load()
    lines = examine(config)
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], indent=2))
    else:
        for line in lines:
            click.echo(f"{_MARKS[line.state]}  {line.name}" + (f": {line.detail}" if line.detail else ""))
    raise SystemExit(1 if any(line.state == ERROR for line in lines) else 0)


def examine(config: Config) -> list[Health]:
    """All lines. What needs the database is left out if it cannot be used."""
    lines = [_instance(config), _key(config), _disk(config), _spool(config), _redis(config)]
    db = Database(config.database)
    try:
        with db.read() as reading:
            reading.scalar(select(text("1")))
        if not inspect(db.engine).has_table("ticket"):
            return [*lines, Health("database", ERROR, "it has no tables; run `hookdesk init`")]
        lines.append(Health("database", OK, f"{'SQLite' if db.is_sqlite else 'PostgreSQL'}"))
        for look in (_plugins, _queues, _jobs):
            lines += look(config, db)
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())[:300]
        lines.append(Health("database", ERROR, f"it cannot be used: {reason}"))
    finally:
        db.dispose()
    return lines


def _instance(config: Config) -> Health:
    """The folder."""
    if not config.instance.is_dir():
        return Health("instance", ERROR, f"there is no folder {config.instance}; run `hookdesk init`")
    if not os.access(config.instance, os.W_OK | os.X_OK):
        return Health(
            "instance", ERROR, f"this user may not write in {config.instance}; give it to the user that runs Hookdesk"
        )
    return Health("instance", OK, str(config.instance))


def _key(config: Config) -> Health:
    """The instance key: there, and read by its owner alone."""
    try:
        load_keys(config)
    except ConfigError as error:
        return Health("key", ERROR, str(error))
    file = config.instance / KEY_FILE
    if not config.secret_key and stat.S_IMODE(file.stat().st_mode) & 0o077:
        return Health("key", WARNING, f"others may read it; run `chmod 600 {file}`")
    return Health("key", OK)


def _disk(config: Config) -> Health:
    """Room for the database and attachments."""
    try:
        free = shutil.disk_usage(config.instance).free // MEGABYTE
    except OSError as error:
        return Health("disk", ERROR, f"it cannot be read: {error.strerror}")
    state = ERROR if free < TOO_LITTLE_MB else WARNING if free < LITTLE_MB else OK
    return Health("disk", state, f"{free} MB free" + ("" if state == OK else "; make room, or move the instance"))


def _spool(config: Config) -> Health:
    """Mails that the pipe has stored and nobody has taken in."""
    try:
        waiting = [item.stat().st_mtime for item in os.scandir(config.spool / "new")]
    except FileNotFoundError:
        waiting = []
    if waiting and clock.now().timestamp() - min(waiting) > LATE_S:
        return Health(
            "spool", WARNING, f"{len(waiting)} mails wait; is `hookdesk serve` or `hookdesk worker` running here?"
        )
    return Health("spool", OK)


def _redis(config: Config) -> Health:
    """Redis or the embedded server."""
    from redis import Redis, RedisError

    try:
        Redis.from_url(config.redis, socket_connect_timeout=2, socket_timeout=2).ping()
    except (RedisError, ValueError) as error:
        if not config.redis_url:
            return Health("queue", WARNING, "the embedded server is not running; `hookdesk serve` starts it")
        return Health("queue", ERROR, f"Redis does not answer ({error}); jobs start up to a second late until it does")
    return Health("queue", OK)


def _plugins(config: Config, db: Database) -> Iterator[Health]:
    """Migrations and plugins."""
    findings = plugin_findings(config, db)
    for finding in findings:
        yield Health(
            f"plugin {finding.slug}" if finding.slug != "core" else "core",
            ERROR,
            f"{finding.problem}; {finding.remedy}",
        )
    if not findings:
        yield Health("plugins", OK)


def _queues(_config: Config, db: Database) -> Iterator[Health]:
    """How long the oldest of each queue has waited."""
    with db.read() as reading:
        oldest = {
            "outbox": reading.scalar(select(func.min(OutboxEvent.created_at))),
            "intake": reading.scalar(
                select(func.min(IntakeRecord.received_at)).where(IntakeRecord.outcome == "pending")
            ),
        }
        dead = reading.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == "dead"))
    for name, moment in oldest.items():
        waited = int((clock.now() - moment).total_seconds()) if moment else 0
        late = f"the oldest waits for {format_timedelta(waited, locale='en')}; is a job worker running?"
        yield Health(name, WARNING if waited > LATE_S else OK, late if waited > LATE_S else "")
    yield Health("dead letters", WARNING if dead else OK, f"{dead} wait in the admin panel" if dead else "")


def _jobs(_config: Config, db: Database) -> Iterator[Health]:
    """Jobs whose last run failed."""
    with db.read() as reading:
        failed = reading.all(select(JobRun.name, JobRun.error).where(JobRun.error != "").order_by(JobRun.name))
    for row in failed:
        yield Health(f"job {row.name}", WARNING, f"its last run failed: {' '.join(row.error.split())[:200]}")
    if not failed:
        yield Health("jobs", OK)
