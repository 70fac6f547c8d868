"""Connections are written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hookdesk.api import MASK, Actor, log, reading, site, transact
from hookdesk_mail_oauth.models import Connection

PREFIX = "mail_oauth:"
NEEDS_CONSENT = {"provider", "user", "client_id", "authorize_url", "token_url", "scope"}
"""What tokens were given for: with a change of it they count no more."""
NO_TOKENS: dict[str, Any] = {
    "state": "consent", "error": "", "failures": 0, "retry_at": None, "access_token": "", "access_ends_at": None, "renew_at": None,
    "refresh_token": "", "refresh_ends_at": None, "leased_until": None,
}  # fmt: skip


class ConnectionProblem(ValueError):
    """A connection cannot be stored as asked. `field` is the form's field that is to blame."""

    def __init__(self, field: str, message: str) -> None:
        """Say where and why."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Values:
    """What an admin states about a connection. A `client_secret` of `MASK` stays as it is."""

    name: str
    provider: str
    user: str
    client_id: str
    authorize_url: str
    token_url: str
    scope: str
    tenant: str = ""
    client_secret: str = MASK
    secret_ends_on: date | None = None


def save(actor: Actor, values: Values, connection_id: int | None = None) -> int:
    """Store a new connection, or change one; its id. Tokens that were given for something else are forgotten.

    Raises:
        ConnectionProblem: the name is taken.
        LookupError: there is no connection with that id.
    """
    given = asdict(values)
    secret = given.pop("client_secret")
    sealed = site().keys.encrypt(secret) if secret not in ("", MASK) else ""

    def work(session: Session) -> int:
        other = session.scalar(select(Connection.id).where(Connection.name == values.name))
        if other is not None and other != connection_id:
            raise ConnectionProblem("name", _("There is a sign-in of this name already."))
        row = Connection() if connection_id is None else session.get(Connection, connection_id, with_for_update=True)
        if row is None:
            raise LookupError(f"there is no connection {connection_id}")
        changes = {name: (getattr(row, name), value) for name, value in given.items() if getattr(row, name) != value}
        for name, value in given.items():
            setattr(row, name, value)
        if secret != MASK:
            row.client_secret = sealed
            changes["client_secret"] = (MASK, MASK)
        if connection_id is None or changes.keys() & NEEDS_CONSENT:
            _forget_tokens(row)
        session.add(row)
        session.flush()
        if connection_id is None or changes:
            act = "created" if connection_id is None else "changed"
            log.changed(session, actor, "mail sign-in", row.name, changes, act=act)
        return row.id

    return transact(work, race=True)


def _forget_tokens(row: Connection) -> None:
    """Begin anew; a renewal that runs at the moment stores nothing then."""
    for name, value in NO_TOKENS.items():
        setattr(row, name, value)
    row.version = (row.version or 0) + 1


def remove(actor: Actor, connection_id: int) -> None:
    """Delete a connection with its tokens. Accounts that use it fail from then on, and say so."""

    def work(session: Session) -> None:
        name = session.scalar(select(Connection.name).where(Connection.id == connection_id))
        if name is None:
            return
        session.execute(delete(Connection).where(Connection.id == connection_id))
        log.changed(session, actor, "mail sign-in", name, {}, act="deleted", level="warning")

    transact(work)


def everything() -> Sequence[Connection]:
    """All connections, by name."""
    return list(reading().scalars(select(Connection).order_by(Connection.name)))


def find(connection_id: int) -> Connection | None:
    """One connection."""
    row = reading().first(select(Connection).where(Connection.id == connection_id))
    return row[0] if row is not None else None


def id_of(ref: str) -> int | None:
    """The id in a reference of ours."""
    number = ref.removeprefix(PREFIX)
    return (
        int(number) if ref.startswith(PREFIX) and number.isascii() and number.isdigit() and len(number) < 19 else None
    )


def ref_of(connection_id: int) -> str:
    """What accounts keep."""
    return f"{PREFIX}{connection_id}"


def choices() -> Sequence[tuple[str, str]]:
    """Reference and name of each, for the pages of accounts."""
    rows = reading().all(select(Connection.id, Connection.name, Connection.user).order_by(Connection.name))
    return [(ref_of(row.id), f"{row.name} ({row.user})") for row in rows]
