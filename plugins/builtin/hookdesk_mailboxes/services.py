"""Mailboxes as an administrator sets them up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, NotFound, clock, log, reading, site, transact, wake
from hookdesk_mailboxes.models import Folder, Mailbox

WATCH = "mailboxes.watch"
KIND = "mailbox"


@dataclass(frozen=True, slots=True)
class Values:
    """What is stated about a mailbox. `password` is in the clear; "" keeps the one that is stored."""

    address: str
    protocol: str
    host: str
    port: int
    security: str
    username: str = ""
    password: str = field(default="", repr=False)
    token_ref: str = ""
    folders: tuple[str, ...] = ("INBOX",)
    after: str = "leave"
    archive: str = ""
    minutes: int = 1
    most_bytes: int = 30_000_000
    takes_old: bool = True
    is_active: bool = True


def every() -> Sequence[Mailbox]:
    """All mailboxes, by address."""
    return list(reading().scalars(select(Mailbox).order_by(Mailbox.address, Mailbox.id)))


def found(mailbox_id: int) -> Mailbox:
    """A mailbox.

    Raises:
        NotFound: there is none of that id.
    """
    row = reading().scalars(select(Mailbox).where(Mailbox.id == mailbox_id)).first()
    if row is None:
        raise NotFound("no such mailbox")
    mailbox: Mailbox = row
    return mailbox


def values_of(mailbox: Mailbox) -> Values:
    """What is stated about it, without its password."""
    names = reading().scalars(
        select(Folder.name).where(Folder.mailbox_id == mailbox.id).order_by(Folder.position, Folder.id)
    )
    plain = {
        name: getattr(mailbox, name) for name in Values.__dataclass_fields__ if name not in ("password", "folders")
    }
    return Values(**plain, folders=tuple(names))


def with_old(values: Values, mailbox: Mailbox) -> Values:
    """Whether old mail is taken is stated once, for it is decided at the first look."""
    return replace(values, takes_old=mailbox.takes_old)


def row_of(values: Values, mailbox: Mailbox | None = None) -> Mailbox:
    """A row that is not stored, to try out what was entered; it has the stored password where none was entered."""
    password = site().keys.encrypt(values.password) if values.password else mailbox.password if mailbox else ""
    return Mailbox(**_plain(values), password="" if values.token_ref else password)


def _plain(values: Values) -> dict[str, object]:
    """The columns but for the password."""
    return {name: value for name, value in asdict(values).items() if name not in ("password", "folders")}


def save(actor: Actor, values: Values, mailbox_id: int | None = None) -> int:
    """Store a mailbox; its id. Whoever reads it begins anew with what is stored.

    Raises:
        NotFound: there is none of that id.
    """

    def work(session: Session) -> int:
        row = Mailbox(created_at=clock.now(), version=0) if mailbox_id is None else session.get(Mailbox, mailbox_id)
        if row is None:
            raise NotFound("no such mailbox")
        changes = _store(row, values)
        session.add(row)
        session.flush()
        _set_folders(session, row.id, values.folders)
        log.changed(session, actor, KIND, row.address, changes, act="changed" if mailbox_id else "added")
        return row.id

    stored = transact(work)
    wake(WATCH)
    return stored


def _store(row: Mailbox, values: Values) -> dict[str, tuple[object, object]]:
    """Set the columns; what changed, without secrets. It is tried at once, whatever failed so far."""
    changes = {}
    for name, value in _plain(values).items():
        before = getattr(row, name)
        if before != value:
            changes[name] = (before, value)
            setattr(row, name, value)
    if values.token_ref:
        row.password = ""
    elif values.password:
        row.password = site().keys.encrypt(values.password)
        changes["password"] = ("…", "…")
    row.version += 1
    row.next_at, row.failures, row.problem, row.detail = clock.now(), 0, "", ""
    return changes


def _set_folders(session: Session, mailbox_id: int, names: Sequence[str]) -> None:
    """Keep the marks of folders that are still read."""
    session.execute(delete(Folder).where(Folder.mailbox_id == mailbox_id, Folder.name.not_in(names)))
    known = {row.name: row for row in session.scalars(select(Folder).where(Folder.mailbox_id == mailbox_id))}
    for position, name in enumerate(names):
        row = known.get(name) or Folder(mailbox_id=mailbox_id, name=name)
        row.position = position
        session.add(row)


def remove(actor: Actor, mailbox_id: int) -> None:
    """Read it no more, and forget how far it was read. What came in stays."""

    def work(session: Session) -> None:
        row = session.get(Mailbox, mailbox_id, with_for_update=True)
        if row is not None:
            session.delete(row)
            log.changed(session, actor, KIND, row.address, {}, act="deleted", level="warning")

    transact(work)


def look_now(mailbox_id: int) -> None:
    """Have it looked into now, however long it was to be left alone."""
    now = update(Mailbox).where(Mailbox.id == mailbox_id).values(next_at=clock.now())
    transact(lambda session: session.execute(now))
    wake(WATCH)
