"""Messages that the server does not hand out. Each is passed over so that it holds none of the others up, and tried again a few times,
later and later; after that only when an administrator asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import NotFound, clock, log, reading, release, transact, wake
from hookdesk_mailboxes import places
from hookdesk_mailboxes.models import Folder, Mailbox, Refused, Taken
from hookdesk_mailboxes.protocols import FetchProblem, Item
from hookdesk_mailboxes.services import WATCH

TRIES = 5
FIRST_PAUSE, FACTOR = timedelta(minutes=1), 5
"""Two and a half hours in all: a server that is being mended is not given up."""
SHOWN = 3


def note(mailbox: Mailbox, folder: Folder, item: Item, problem: FetchProblem) -> None:
    """Note that the server did not hand it out once more, and when it is asked again."""

    def work(session: Session) -> None:
        row, now = places.own(session, mailbox, folder), clock.now()
        key = places.stored_key(row.validity, item.key)
        refused = session.get(Refused, (row.id, key)) or Refused(folder_id=row.id, key=key, tries=0, first_at=now)
        refused.number, refused.size, refused.tries = item.number, item.size, refused.tries + 1
        refused.detail = (problem.detail or problem.kind)[:500]
        refused.due_at = now + FIRST_PAUSE * FACTOR ** (refused.tries - 1) if refused.tries < TRIES else None
        session.add(refused)
        if refused.due_at is None:
            told = f"{mailbox.address}: {item.key} in {row.name} is given up, for the server does not hand it out: {refused.detail}"
            log.write(session, "error", "mailboxes", told)

    transact(work)


def due(folder: Folder) -> list[Item]:
    """Those to ask for again by now."""
    start = places.stored_key(folder.validity, "")
    rows = reading().all(
        select(Refused.key, Refused.number, Refused.size).where(
            Refused.folder_id == folder.id,
            Refused.due_at <= clock.now(),
            Refused.key.startswith(start, autoescape=True),
        )
    )
    release()
    return [Item(row.key.removeprefix(start), row.number, row.size) for row in rows]


def over(mailbox: Mailbox, folder: Folder, item: Item, digest: str = "") -> None:
    """It was handed out after all ("": it is gone), so it is like any other by now."""

    def work(session: Session) -> None:
        row = places.own(session, mailbox, folder)
        key = places.stored_key(row.validity, item.key)
        session.execute(delete(Refused).where(Refused.folder_id == row.id, Refused.key == key))
        if digest:
            session.execute(update(Taken).where(Taken.folder_id == row.id, Taken.key == key).values(digest=digest))

    transact(work)


def of(mailbox_id: int) -> Sequence[tuple[Folder, Refused]]:
    """All of a mailbox, the oldest first."""
    query = select(Folder, Refused).join(Refused, Refused.folder_id == Folder.id).where(Folder.mailbox_id == mailbox_id)
    return [(row[0], row[1]) for row in reading().all(query.order_by(Refused.first_at, Refused.key))]


def plain_key(folder: Folder, refused: Refused) -> str:
    """The server's own name of it."""
    return refused.key.removeprefix(places.stored_key(folder.validity, ""))


def trouble(session: Session, mailbox: Mailbox) -> FetchProblem | None:
    """What there is to say of them: the server's names of the first few, with its words."""
    among = select(Folder, Refused).join(Refused, Refused.folder_id == Folder.id).where(Folder.mailbox_id == mailbox.id)
    rows = session.execute(among.order_by(Refused.first_at, Refused.key).limit(SHOWN)).all()
    if not rows:
        return None
    named = [f"{_key_name(mailbox)} {plain_key(*row)}, {row[0].name}: {row[1].detail}" for row in rows]
    number = session.scalar(select(func.count()).select_from(among.subquery())) or 0
    more = [_("%(number)s more", number=number - SHOWN)] if number > SHOWN else []
    return FetchProblem("unreadable", "; ".join([*named, *more]))


def _key_name(mailbox: Mailbox) -> str:
    """What the protocol calls its keys."""
    return "UIDL" if mailbox.protocol == "pop3" else "UID"


def try_again(mailbox_id: int, folder_id: int, key: str) -> None:
    """Ask for one again now, as if it were the first time.

    Raises:
        NotFound: there is none of that name.
    """

    def work(session: Session) -> None:
        row = _found(session, mailbox_id, folder_id, key)
        row.tries, row.due_at = 0, clock.now()
        session.execute(update(Mailbox).where(Mailbox.id == mailbox_id).values(next_at=clock.now()))

    transact(work)
    wake(WATCH)


def leave(mailbox_id: int, folder_id: int, key: str) -> None:
    """Leave one on the server and speak of it no more. It stays noted as one that was seen, so it is never asked for again.

    Raises:
        NotFound: there is none of that name.
    """

    def work(session: Session) -> None:
        session.delete(_found(session, mailbox_id, folder_id, key))
        session.flush()
        row = session.get(Mailbox, mailbox_id, with_for_update=True)
        if row is not None and row.problem == "unreadable":
            left = trouble(session, row)
            row.problem, row.detail = (left.kind, left.detail) if left else ("", "")

    transact(work)


def _found(session: Session, mailbox_id: int, folder_id: int, key: str) -> Refused:
    row = session.get(Refused, (folder_id, key))
    folder = session.get(Folder, folder_id)
    if row is None or folder is None or folder.mailbox_id != mailbox_id:
        raise NotFound("no such message")
    return row
