"""Bring a site's database up to the installed code: core's tables, the first plugin states, each enabled plugin's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.backup import copies
from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.db.engine import Database
from hookdesk.lifecycle import process
from hookdesk.lifecycle.discovery import Found, discover
from hookdesk.lifecycle.loader import states
from hookdesk.lifecycle.order import resolve
from hookdesk.lifecycle.switch import Lifecycle, LifecycleError
from hookdesk.models import PluginState


@dataclass(frozen=True, slots=True)
class Upgraded:
    """One branch ("core" or a slug) and the revision that it is at now; `problem` says why it could not go on."""

    branch: str
    revision: str
    problem: str = ""


def initial_state(session: Session, found: Mapping[str, Found]) -> list[str]:
    """Give each installed plugin a state; the new ones that are on: those in the box on a new site. Later everything new starts off."""
    known = set(session.scalars(select(PluginState.slug)))
    new = [item for item in found.values() if item.slug not in known and not item.problem]
    on = {item.slug for item in new if not known and item.is_builtin and not item.declared("starts_off")}
    for item in new:
        session.add(PluginState(slug=item.slug, is_enabled=item.slug in on, updated_at=clock.now()))
    return sorted(on)


@copies.once()
def upgrade_all(config: Config, db: Database) -> list[Upgraded]:
    """Migrate everything that is switched on. A plugin whose migration stops is switched off; the site goes on without it.

    Raises:
        MigrationError: core's own migration failed.
    """
    done = [Upgraded(migrate.CORE, migrate.upgrade_core(config))]
    found = discover()
    with db.write() as session:
        new = initial_state(session, found)
    lifecycle = Lifecycle(config, db, "the upgrade")
    for item in resolve(found, states(db))[0]:
        problem = ""
        try:
            lifecycle.migrate(item)
        except LifecycleError as error:
            problem = str(error)
        if item.migrations is not None:
            done.append(Upgraded(item.slug, migrate.current(config.database, item.slug), problem))
    hooked = [slug for slug in new if found[slug].defines("on_enable")]
    problems = process.call(config, "on_enable", hooked) if hooked else []
    return done + [Upgraded(problem.partition(".")[0], "", problem) for problem in problems]
