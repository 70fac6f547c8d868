"""Switch plugins on and off and put them in order. Each change raises the generation, and every process follows within a second."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.db.engine import Database
from hookdesk.db.migrate import MigrationError
from hookdesk.db.retry import retrying
from hookdesk.lifecycle import process
from hookdesk.lifecycle.discovery import Found, discover
from hookdesk.lifecycle.loader import states
from hookdesk.lifecycle.order import dependents, resolve, unusable
from hookdesk.models import PluginState
from hookdesk.services import counters, log
from hookdesk.types.actors import system


class LifecycleError(Exception):
    """A plugin cannot be switched as asked. The message names the plugin, the reason and what was kept."""


class Lifecycle:
    """What an admin may do to the plugins of a site, from the panel or the command line. It imports none of them itself."""

    def __init__(
        self, config: Config, db: Database, actor: str = "the command line", limit: float = process.LIMIT
    ) -> None:
        """`actor` is named in the system log; `limit` is what a plugin's code may take, in seconds."""
        self.config, self.db, self.actor, self.limit = config, db, actor, limit

    def enable(self, slug: str) -> None:
        """Check a plugin, migrate its tables and switch it on. After a migration that stopped half-way this goes on where it stopped.

        Raises:
            LifecycleError: it cannot be used as it is; it stays (or is then) switched off.
        """
        found = self._installed(slug)
        if reason := unusable(slug, found):
            raise LifecycleError(f"{slug} was not switched on: {reason}.")
        enabled = states(self.db)
        if missing := [need for need in found.declared("depends") if need not in enabled]:
            raise LifecycleError(
                f"{slug} was not switched on: it depends on {', '.join(missing)}. Switch that on first."
            )
        order = [item.slug for item in resolve(discover(), enabled)[0]]
        if problems := process.check(self.config, slug, order, self.limit):
            self._change(slug, slug in enabled, None, "; ".join(problems))
            raise LifecycleError(f"{slug} was not switched on: {'; '.join(problems)}.")
        self.migrate(found)
        self._change(slug, True)
        if found.defines("on_enable") and (problems := process.call(self.config, "on_enable", [slug], self.limit)):
            self._change(slug, False, problem="; ".join(problems))
            raise LifecycleError(f"{slug} was switched off again: {'; '.join(problems)}.")

    def disable(self, slug: str, force: bool = False, cascade: bool = False) -> list[str]:
        """Switch a plugin off; its tables and settings stay. Who was switched off: with `cascade` also those that depend on it.

        Raises:
            LifecycleError: others depend on it, or it is the last provider of a capability (`force` does it anyway).
        """
        enabled, installed = states(self.db), discover()
        if slug not in enabled:
            raise LifecycleError(f"{slug} is not switched on.")
        going = dependents(slug, installed, enabled)
        if going and not cascade:
            raise LifecycleError(
                f"{slug} was kept on: {', '.join(going)} depend on it. Switch them off first, or all at once."
            )
        going.append(slug)
        staying = [installed[name] for name in enabled if name in installed and name not in going]
        for capability in sorted(
            {item for name in going if name in installed for item in installed[name].declared("capabilities")}
        ):
            if not force and not any(capability in item.declared("capabilities") for item in staying):
                words = capability.replace("_", " ")
                raise LifecycleError(
                    f"{slug} was kept on: it is the last plugin that provides the {words}. Force it if you mean it."
                )
        hooked = [name for name in going if name in installed and installed[name].defines("on_disable")]
        failed = process.call(self.config, "on_disable", hooked, self.limit) if hooked else []
        for name in going:
            self._change(name, False, problem="; ".join(text for text in failed if text.startswith(f"{name}.")))
        return going

    def set_order(self, slugs: Sequence[str]) -> None:
        """Put plugins in this order; the others come after them. Dependencies still go first.

        Raises:
            LifecycleError: a slug is not installed.
        """
        for slug in slugs:
            self._installed(slug)

        def place(session: Session) -> None:
            for state in session.scalars(select(PluginState)):
                state.position = slugs.index(state.slug) if state.slug in slugs else None
                state.updated_at = clock.now()
            counters.increase(session, "generation")
            words = f"{self.actor} put the plugins in this order: {', '.join(slugs)}"
            log.changed(session, system(self.actor), "plugin", "order", {"order": (None, slugs)}, words=words)

        self._write(place)

    def undo(self, slug: str) -> None:
        """Take back what a migration that stopped half-way had done.

        Raises:
            LifecycleError: no migration has stopped, or it cannot be taken back either.
        """
        found = self._installed(slug)
        stopped_at = self._stopped_at(slug)
        if not stopped_at or found.migrations is None:
            raise LifecycleError(f"{slug} has no migration that stopped half-way.")
        try:
            migrate.downgrade(self.config.database, slug, found.migrations, stopped_at.partition("..")[0])
        except MigrationError as error:
            raise LifecycleError(f"{slug} stays as it was: {error}.") from error
        self._change(slug, False)

    def migrate(self, found: Found) -> None:
        """Bring a plugin's tables up to date; where that stops half-way, the plugin is switched off and marked.

        Raises:
            LifecycleError: a revision failed.
        """
        if found.migrations is None:
            return
        # a further try that stops too began where the first one did: that is where undoing leads
        before = self._stopped_at(found.slug).partition("..")[0] or migrate.current(self.config.database, found.slug)
        try:
            migrate.upgrade(self.config.database, found.slug, found.migrations)
        except MigrationError as error:
            self._change(found.slug, False, f"{before or 'base'}..{error.stopped_at or 'base'}", str(error))
            raise LifecycleError(
                f"{found.slug} is switched off: {error}. Mend it and switch it on again, or undo."
            ) from error

    def _installed(self, slug: str) -> Found:
        """The installed plugin of that slug."""
        installed = discover()
        if slug not in installed:
            raise LifecycleError(f"{slug} is not installed. Installed are: {', '.join(installed) or 'none'}.")
        return installed[slug]

    def _stopped_at(self, slug: str) -> str:
        """From where to where a migration of the plugin came before it stopped ("base..0001"); "" if none did."""
        with self.db.read() as reading:
            return reading.scalar(select(PluginState.stopped_at).where(PluginState.slug == slug)) or ""

    def _change(self, slug: str, is_enabled: bool, stopped_at: str | None = "", problem: str = "") -> None:
        """Write the state of a plugin; the generation moves only if it was switched. None keeps where a migration stopped."""

        def change(session: Session) -> None:
            state = session.get(PluginState, slug) or PluginState(slug=slug, is_enabled=False)
            was = state.is_enabled
            state.is_enabled, state.problem, state.paused_until, state.updated_at = (
                is_enabled,
                problem,
                None,
                clock.now(),
            )
            if stopped_at is not None:
                state.stopped_at = stopped_at
            session.add(state)
            if was != is_enabled:
                counters.increase(session, "generation")
            words = (
                f"{self.actor} switched {slug} {'on' if is_enabled else 'off'}"
                if was != is_enabled
                else f"{slug} stays as it was"
            )
            log.changed(
                session, system(self.actor), "plugin", slug, {"is_enabled": (was, is_enabled)},
                words=f"{words}{': ' if problem else ''}{problem}", level="warning" if problem else "info",
            )  # fmt: skip

        self._write(change)

    def _write(self, work: Callable[[Session], None]) -> None:
        """Run a change in a transaction of its own."""

        def once() -> None:
            with self.db.write() as session:
                work(session)

        retrying(once, also=IntegrityError)
