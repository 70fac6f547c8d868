"""How far each folder has been read. Whatever moves the mark is one transaction with what it stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hookdesk.api import reading, release, transact
from hookdesk_mailboxes import holding
from hookdesk_mailboxes.models import Folder, Mailbox, Refused, Taken
from hookdesk_mailboxes.protocols import Item, News, Place

CHUNK = 500


def folders(mailbox_id: int) -> list[Folder]:
    """The folders that are read, in their order."""
    release()
    query = select(Folder).where(Folder.mailbox_id == mailbox_id).order_by(Folder.position, Folder.id)
    found = list(reading().scalars(query))
    release()
    return found


def place(folder: Folder, *, is_careful: bool = False) -> Place:
    """How far it has been read, for the protocol."""
    return Place(folder.validity, folder.last, folder.settled, lambda: frozenset(_keys(folder)), is_careful)


def stored_key(validity: str, key: str) -> str:
    """A key as it is stored: another validity makes another key of it."""
    return f"{validity}:{key}"


def _keys(folder: Folder) -> Iterable[str]:
    """The keys that were taken under the present validity, as the server writes them."""
    start = stored_key(folder.validity, "")
    rows = reading().scalars(select(Taken.key).where(Taken.folder_id == folder.id))
    found = [key.removeprefix(start) for key in rows if key.startswith(start)]
    release()
    return found


def opened(mailbox: Mailbox, folder: Folder, news: News) -> Folder:
    """Note that the server numbers the folder anew: it is read from its beginning, and what is known by its words is passed over."""
    is_first, is_other = not folder.validity, news.validity != folder.validity
    if not is_other and not news.is_anew:
        return folder

    def work(session: Session) -> Folder:
        row = own(session, mailbox, folder)
        if is_other:
            row.validity, row.last, row.settled = news.validity, 0, 0
        row.is_anew = not is_first
        return row

    return transact(work)


def own(session: Session, mailbox: Mailbox, folder: Folder) -> Folder:
    """The folder's row, while the mailbox is held.

    Raises:
        Lost: it is not, or the folder is gone.
    """
    holding.renew(session, mailbox)
    row = session.get(Folder, folder.id)
    if row is None:
        raise holding.Lost(folder.name)
    return row


def is_kept(folder: Folder, digest: str) -> bool:
    """True if a message of these bytes was taken from the folder before."""
    found = reading().scalar(select(Taken.key).where(Taken.folder_id == folder.id, Taken.digest == digest).limit(1))
    release()
    return found is not None


def kept(folder: Folder, items: Sequence[Item]) -> list[Item]:
    """Those of the messages of which it is on record that they were taken in: no other may be moved or deleted."""
    names = {stored_key(folder.validity, item.key): item for item in items}
    found: set[str] = set()
    for chunk in _chunks(names):
        query = select(Taken.key).where(Taken.folder_id == folder.id, Taken.key.in_(chunk), Taken.digest != "")
        found.update(reading().scalars(query))
    release()
    return [item for name, item in names.items() if name in found]


def advance(
    mailbox: Mailbox, folder: Folder, items: Sequence[Item], digests: Mapping[str, str], *, is_settled: bool
) -> Folder:
    """Move the mark behind these messages, and note what was taken: key → SHA-256 ("": left alone)."""

    def work(session: Session) -> Folder:
        row = own(session, mailbox, folder)
        names = {stored_key(row.validity, key): digest for key, digest in digests.items()}
        known = set(session.scalars(select(Taken.key).where(Taken.folder_id == row.id, Taken.key.in_(names))))
        new = [
            {"folder_id": row.id, "key": name, "digest": digest} for name, digest in names.items() if name not in known
        ]
        if new:
            session.execute(insert(Taken), new)
        row.last = max(row.last, *(item.number for item in items))
        if is_settled:
            row.settled = row.last
        return row

    return transact(work)


def settle(mailbox: Mailbox, folder: Folder, items: Sequence[Item], *, are_gone: bool) -> Folder:
    """Note that all up to the mark is tidied up. What left the folder for good need not be remembered, for the mark is behind it."""

    def work(session: Session) -> Folder:
        row = own(session, mailbox, folder)
        row.settled = row.last
        if are_gone:
            _forget(session, row.id, [stored_key(row.validity, item.key) for item in items])
        return row

    return transact(work)


def finish(mailbox: Mailbox, folder: Folder, news: News) -> None:
    """The folder is read to its end: forget the keys that mean nothing any more."""
    if not folder.is_anew and news.present is None:
        return
    start = stored_key(folder.validity, "")
    rows = list(reading().scalars(select(Taken.key).where(Taken.folder_id == folder.id)))
    release()
    gone = [key for key in rows if not key.startswith(start) or _is_gone(key.removeprefix(start), news.present)]
    if not gone and not folder.is_anew:
        return

    def work(session: Session) -> None:
        row = own(session, mailbox, folder)
        row.is_anew = False
        _forget(session, row.id, gone)
        for chunk in _chunks(gone):
            session.execute(delete(Refused).where(Refused.folder_id == row.id, Refused.key.in_(chunk)))

    transact(work)


def _is_gone(key: str, present: Collection[str] | None) -> bool:
    return present is not None and key not in present


def _forget(session: Session, folder_id: int, keys: Collection[str]) -> None:
    for chunk in _chunks(keys):
        session.execute(delete(Taken).where(Taken.folder_id == folder_id, Taken.key.in_(chunk)))


def _chunks(keys: Iterable[str]) -> Iterable[list[str]]:
    """Keys by the hundreds: a database takes only so many values in one statement."""
    rest = iter(keys)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
