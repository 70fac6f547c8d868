"""What is wrong with the plugins of a site, and what to do about it. Imports none of them: one may break everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alembic.util import CommandError
from sqlalchemy import inspect, select

from hookdesk import clock
from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.db.engine import Database
from hookdesk.lifecycle.discovery import Found, discover
from hookdesk.lifecycle.order import resolve
from hookdesk.models import PluginState, Setting


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: whose, what, and the way out."""

    slug: str
    problem: str
    remedy: str


def doctor(config: Config, db: Database) -> list[Finding]:
    """All findings; [] for a site in order."""
    found = discover()
    with db.read() as reading:
        states = {row.slug: row for row in reading.all(select(PluginState.__table__))}
        scopes = list(reading.scalars(select(Setting.scope)))
    wanted = {slug: row.position for slug, row in states.items() if row.is_enabled}
    _, problems = resolve(found, wanted)
    findings = [
        Finding(slug, text, f"hookdesk plugins disable {slug}, or install what it needs")
        for slug, text in problems.items()
    ]
    for slug, row in states.items():
        if row.stopped_at:
            findings.append(
                Finding(slug, row.problem, f"hookdesk plugins enable {slug}, or hookdesk plugins undo {slug}")
            )
        elif row.problem:
            findings.append(Finding(slug, row.problem, f"hookdesk plugins check {slug}"))
        if row.paused_until and row.paused_until > clock.now():
            findings.append(
                Finding(slug, "it is paused after repeated errors", "see its errors in the admin panel, or disable it")
            )
    findings += [
        Finding(slug, item.problem, "see the problem")
        for slug, item in found.items()
        if item.problem and slug not in problems
    ]
    findings += behind(config, [found[slug] for slug in wanted if slug in found])
    return findings + list(_left_over(db, found, scopes))


def behind(config: Config, enabled: list[Found]) -> Iterator[Finding]:
    """Branches whose tables are older than the installed code, or newer."""
    branches = [
        (migrate.CORE, migrate.CORE_DIRECTORY),
        *((item.slug, item.migrations) for item in enabled if item.migrations),
    ]
    for slug, directory in branches:
        try:
            newest, present = migrate.head(directory), migrate.current(config.database, slug)
        except CommandError as error:
            yield Finding(slug, f"its migrations cannot be read: {error}", "reinstall it")
            continue
        if newest != present:
            yield Finding(
                slug,
                f"its tables are at revision {present or 'base'}, its code asks for {newest}",
                "hookdesk db upgrade" if not present or migrate.knows(directory, present) else migrate.NEWER,
            )


def _left_over(db: Database, found: Mapping[str, Found], scopes: list[str]) -> Iterator[Finding]:
    """Tables and settings whose plugin is no longer installed."""
    names = [name for name in inspect(db.engine).get_table_names() if name.startswith("p_") and "__" in name]
    owners = {name.removeprefix("p_").partition("__")[0] for name in names} | {
        scope for scope in scopes if scope != "core"
    }
    for slug in sorted(owners - set(found)):
        yield Finding(
            slug,
            "it has left tables or settings behind but is not installed",
            f"install it again, or hookdesk plugins purge {slug}",
        )
