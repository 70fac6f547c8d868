"""Keys are written here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from hookdesk.api import Actor, clock, log, transact
from hookdesk_api_osticket import keys
from hookdesk_api_osticket.models import ApiKey

KIND = "API key"


@dataclass(frozen=True, slots=True)
class Values:
    """What an admin states about a key."""

    name: str
    networks: tuple[str, ...]
    may_create_tickets: bool = True
    may_run_cron: bool = False
    calls_per_minute: int | None = None
    notes: str = ""
    is_active: bool = True

    def columns(self) -> dict[str, Any]:
        """As the table holds it."""
        return {**asdict(self), "networks": list(self.networks)}


def create(actor: Actor, values: Values) -> str:
    """Make a key. The secret is returned this once and kept nowhere."""
    secret = keys.new_secret()

    def work(session: Session) -> None:
        key = ApiKey(
            prefix=secret[: keys.PREFIX],
            secret_sha256=keys.digest(secret),
            created_at=clock.now(),
            **values.columns(),
        )
        session.add(key)
        told = {name: (None, value) for name, value in values.columns().items()}
        log.changed(session, actor, KIND, values.name, told, act="created")

    transact(work)
    return secret


def change(actor: Actor, key_id: int, values: Values) -> None:
    """Change a key.

    Raises:
        LookupError: there is none with that id.
    """

    def work(session: Session) -> None:
        key = _locked(session, key_id)
        changes = {
            name: (getattr(key, name), value) for name, value in values.columns().items() if getattr(key, name) != value
        }
        for name, (_before, value) in changes.items():
            setattr(key, name, value)
        if changes:
            log.changed(session, actor, KIND, values.name, changes)

    transact(work)


def remove(actor: Actor, key_id: int) -> None:
    """Delete a key and its lines of the log of calls; tickets stay.

    Raises:
        LookupError: there is none with that id.
    """

    def work(session: Session) -> None:
        key = _locked(session, key_id)
        log.changed(session, actor, KIND, key.name, {"prefix": (key.prefix, None)}, act="deleted")
        session.delete(key)

    transact(work)


def _locked(session: Session, key_id: int) -> ApiKey:
    """The key of that id, for changing it."""
    key = session.get(ApiKey, key_id, with_for_update=True)
    if key is None:
        raise LookupError(f"there is no API key {key_id}")
    return key
