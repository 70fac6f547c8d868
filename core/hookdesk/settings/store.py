"""Settings in the database: cached until the counter says that some were saved, secrets encrypted."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from hookdesk import clock
from hookdesk.config import ConfigError
from hookdesk.counters import Counters
from hookdesk.db.engine import Database
from hookdesk.db.retry import lacks_tables, retrying
from hookdesk.models import Setting
from hookdesk.secrets import REFERENCES, Keys
from hookdesk.services import counters, log
from hookdesk.settings.fields import MASK, SettingField, SettingsError, describe
from hookdesk.types.actors import Actor

S = TypeVar("S")
logger = logging.getLogger(__name__)


class SettingsStore:
    """The settings of core and of each plugin, by scope ("core" or a slug)."""

    def __init__(self, db: Database, keys: Keys, counts: Counters | None = None) -> None:
        """`counts` may be shared with whoever else watches the counters."""
        self._db, self._keys = db, keys
        self._counts = counts or Counters(db)
        self._cached: tuple[int, dict[str, object]] = (-1, {})

    def get(self, scope: str, settings_type: type[S]) -> S:
        """The present settings of a scope, at most a second old.

        Raises:
            SettingsError: a secret cannot be resolved, or the class's `upgrade` failed.
        """
        now = self._counts.read().settings
        at, cache = self._cached
        if at != now:
            cache = {}  # another thread may be filling the old one with what it read before the change
            self._cached = now, cache
        found = cache.get(scope)
        if not isinstance(found, settings_type):
            found = cache[scope] = self._load(scope, settings_type)
        return found

    @property
    def edition(self) -> int:
        """A number that differs once settings of any scope, or anything else of the site's set-up, were changed; at most a second old."""
        return self._counts.read().settings

    def forget(self) -> None:
        """Look at the counter anew at the next call: this process has just changed something itself."""
        self._counts.forget()

    def form_values(self, scope: str, settings_type: type) -> dict[str, Any]:
        """What a form shows: stored values or defaults; a secret as its reference, as `MASK` if it is set, else ""."""
        stored = self._stored(scope, settings_type)
        shown = {}
        for field in describe(settings_type):
            value = _fitted(field, scope, stored)
            shown[field.name] = MASK if field.kind == "secret" and value and not value.startswith(REFERENCES) else value
        return shown

    def save(self, scope: str, settings_type: type, values: Mapping[str, Any], actor: Actor) -> None:
        """Store these values and keep the others, in a transaction of its own; every process reads them within a second.

        Raises:
            SettingsError: a name is unknown, or a value does not fit its field.
        """
        fields = {field.name: field for field in describe(settings_type)}
        new: dict[str, Any] = {}
        for name, value in values.items():
            if name not in fields:
                raise SettingsError(f"{scope} has no setting {name}")
            try:
                new[name] = self._sealed(fields[name], fields[name].fit(value))
            except ValueError as error:
                raise SettingsError(f"{scope}.{name}: {error}") from None
        retrying(lambda: self._write(scope, settings_type, new, actor), also=IntegrityError)
        self.forget()

    def _write(self, scope: str, settings_type: type, new: Mapping[str, Any], actor: Actor) -> None:
        """One attempt at storing. The counter's row is held meanwhile, so that what others save at the same moment is kept too."""
        with self._db.write() as session:
            counters.increase(session, "settings")
            known = self._read(scope, settings_type)
            values = {**known, **new}
            version = getattr(settings_type, "version", 1)
            session.merge(Setting(scope=scope, version=version, values=values, updated_at=clock.now()))
            words = f"{actor.name} changed settings of {scope}: {', '.join(sorted(new))}"
            log.changed(session, actor, "settings", scope, _told(settings_type, known, new), words=words)

    def _sealed(self, field: SettingField, value: Any) -> Any:
        """A value as it is stored."""
        if field.kind == "secret":
            return self._keys.sealed(value)
        return list(value) if isinstance(value, tuple) else value

    def _stored(self, scope: str, settings_type: type) -> dict[str, Any]:
        """What is stored; nothing in a database without tables."""
        try:
            return self._read(scope, settings_type)
        except DBAPIError as error:
            if not lacks_tables(error):
                raise
            return {}

    def _read(self, scope: str, settings_type: type) -> dict[str, Any]:
        """What is stored, brought to the class's version."""
        with self._db.read() as reading:
            row = reading.first(select(Setting.version, Setting.values).where(Setting.scope == scope))
        if row is None:
            return {}
        version, values = row[0], row[1]
        if version >= getattr(settings_type, "version", 1):
            return dict(values)
        try:
            return dict(settings_type.upgrade(dict(values), version))  # type: ignore[attr-defined]  # a class with a version has it
        except (Exception, SystemExit) as error:
            raise SettingsError(
                f"the settings of {scope} could not be upgraded from version {version}: {error}"
            ) from error

    def _load(self, scope: str, settings_type: type[S]) -> S:
        """A new instance, its secrets in the clear."""
        stored = self._stored(scope, settings_type)
        return settings_type(**{field.name: self._opened(field, scope, stored) for field in describe(settings_type)})

    def _opened(self, field: SettingField, scope: str, stored: Mapping[str, Any]) -> Any:
        """One value as the plugin uses it."""
        value = _fitted(field, scope, stored)
        if field.kind != "secret":
            return value
        try:
            return self._keys.opened(value)
        except ConfigError as error:
            raise SettingsError(f"the setting {field.name} of {scope}: {error}") from None


def _fitted(field: SettingField, scope: str, stored: Mapping[str, Any]) -> Any:
    """The stored value if it still fits its field, else the default."""
    if field.name not in stored:
        return field.default
    if field.kind == "secret":
        return str(stored[field.name])
    try:
        return field.fit(stored[field.name])
    except ValueError as error:
        logger.warning("the stored %s of %s is not used: %s", field.name, scope, error)
        return field.default


def _told(settings_type: type, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What changed, by name; of a secret only that it did."""
    told: dict[str, tuple[Any, Any]] = {}
    for field in describe(settings_type):
        old = before.get(field.name, list(field.default) if field.kind == "list" else field.default)
        if field.name not in after or old == after[field.name]:
            continue
        told[field.name] = (MASK, MASK) if field.kind == "secret" else (old, after[field.name])
    return told
