"""What an administrator does to plugins from a page: `Lifecycle` with answers in words. Alembic is imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlalchemy.orm import Session

from hookdesk.db.context import release
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.loader import states
from hookdesk.lifecycle.order import dependents, resolve
from hookdesk.models import PluginState
from hookdesk.services import counters, log
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.types.actors import Actor

if TYPE_CHECKING:
    from hookdesk.lifecycle.switch import Lifecycle


def enable(slug: str, actor: Actor) -> str:
    """Check a plugin, migrate its tables and switch it on; why it stayed off, or "". May take some seconds."""
    return _told(actor, lambda lifecycle: lifecycle.enable(slug))


def disable(slug: str, actor: Actor, cascade: bool = False) -> str:
    """Switch a plugin off (with `cascade` also those that depend on it); why it stayed on, or ""."""
    return _told(actor, lambda lifecycle: lifecycle.disable(slug, cascade=cascade))


def undo(slug: str, actor: Actor) -> str:
    """Take a half-applied migration back; why it could not be, or ""."""
    return _told(actor, lambda lifecycle: lifecycle.undo(slug))


def purge(slug: str, actor: Actor) -> str:
    """Remove all that a plugin has kept; what could not be removed, or ""."""
    from hookdesk.lifecycle.purge import purge as forget

    problems: list[str] = []
    return _told(actor, lambda lifecycle: problems.extend(forget(lifecycle, slug))) or "; ".join(problems)


def _told(actor: Actor, act: Callable[[Lifecycle], object]) -> str:
    """Do something; why it was refused, or ""."""
    from hookdesk.lifecycle.switch import LifecycleError

    try:
        act(_lifecycle(actor))
    except LifecycleError as error:
        return str(error)
    return ""


def move(slug: str, step: int, actor: Actor) -> bool:
    """Move an enabled plugin up (-1) or down (1); False if its dependencies or the end of the list keep it where it is."""
    before = order()
    place = before.index(slug) + step if slug in before else -1
    if not 0 <= place < len(before):
        return False
    wanted = [name for name in before if name != slug]
    wanted.insert(place, slug)
    resolved = resolve(discover(), {name: place for place, name in enumerate(wanted)})[0]
    if [item.slug for item in resolved] == before:
        return False
    _lifecycle(actor).set_order(wanted)
    return True


def resume(slug: str, actor: Actor) -> None:
    """End the pause of the circuit breaker now; every process asks the plugin again within a second."""

    def work(session: Session) -> None:
        session.execute(update(PluginState).where(PluginState.slug == slug).values(paused_until=None))
        counters.increase(session, "pauses")
        log.write(session, "info", "plugins", f"{actor.name} ended the pause of {slug}")

    transact(work)


def order() -> list[str]:
    """The enabled plugins in the order in which they are loaded and asked."""
    return [item.slug for item in resolve(discover(), states(site().db))[0]]


def is_on(slug: str) -> bool:
    """True if the plugin is switched on."""
    return slug in states(site().db)


def dependents_of(slug: str) -> list[str]:
    """Enabled plugins that depend on this one."""
    return dependents(slug, discover(), states(site().db))


def tables(slug: str) -> list[str]:
    """The tables that a plugin has in the database, whether it is switched on or not."""
    from hookdesk.db import migrate

    return migrate.tables(site().config.database, slug)


def _lifecycle(actor: Actor) -> Lifecycle:
    """The lifecycle in somebody's name; the page's own reading ends first, so that it holds no lock."""
    from hookdesk.lifecycle.switch import Lifecycle

    release()
    return Lifecycle(site().config, site().db, actor.name)
