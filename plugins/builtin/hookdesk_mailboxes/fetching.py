"""One look into a mailbox: what is new is taken in, and only what is committed is tidied up on the server.

Each message is taken under a name that says where it stood, so whatever dies between any two steps, the next look finds what is left to
do: a message that was taken but not noted is not taken again, one that was noted but not tidied up is tidied up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hookdesk.api import clock, crash_point, wake
from hookdesk_email_in import services as email_in
from hookdesk_mailboxes import places
from hookdesk_mailboxes.models import Folder, Mailbox
from hookdesk_mailboxes.protocols import Connection, FetchProblem, Item, News

BATCH, BATCH_BYTES = 100, 5_000_000
PROCESSING = "intake"
"""The job that makes tickets of what was taken in."""
LEAVE = "leave"


@dataclass
class Looked:
    """What a look came to: how many messages are new to the site, how many wait still, how far the last one was behind, and what went
    wrong without keeping mail from coming in."""

    taken: int = 0
    waiting: int = 0
    lag_seconds: int | None = None
    trouble: FetchProblem | None = None


def look(mailbox: Mailbox, connection: Connection, may_go_on: Callable[[], bool] = lambda: True) -> Looked:
    """Take in what is new in each of its folders. `may_go_on` is asked between batches.

    Raises:
        FetchProblem: the server or the network. Lost: the mailbox is no longer ours to read.
    """
    looked = Looked()
    for folder in places.folders(mailbox.id):
        _Look(mailbox, folder, connection, looked).run(may_go_on)
    if looked.taken:
        wake(PROCESSING)
    return looked


class _Look:
    """A look into one folder."""

    def __init__(self, mailbox: Mailbox, folder: Folder, connection: Connection, looked: Looked) -> None:
        self.mailbox, self.folder, self.connection, self.looked = mailbox, folder, connection, looked

    def run(self, may_go_on: Callable[[], bool]) -> None:
        is_first = not self.folder.validity
        news = self.connection.news(self.folder.name, places.place(self.folder))
        self.folder = places.opened(self.mailbox, self.folder, news)
        if is_first and not self.mailbox.takes_old:
            self._pass_over(news)
            return
        self._settle(news, news.left)
        left = len(news.items)
        for batch in batches(news.items):
            if not may_go_on():
                self.looked.waiting += left
                return
            self._take(batch)
            self._settle(news, batch)
            left -= len(batch)
        places.finish(self.mailbox, self.folder, news)

    def _pass_over(self, news: News) -> None:
        """Leave what is there already where it is, unread."""
        for batch in batches(news.items):
            untouched = {item.key: "" for item in batch}
            self.folder = places.advance(self.mailbox, self.folder, batch, untouched, is_settled=True)

    def _take(self, batch: Sequence[Item]) -> None:
        """Take a batch in, each message in a transaction of its own, and move the mark behind it."""
        digests: dict[str, str] = {}
        for letter in self.connection.read(self.folder.name, batch, self.mailbox.most_bytes):
            crash_point("mailbox-after-read")
            digest = hashlib.sha256(letter.raw).hexdigest()
            if self._was_left(letter.item):
                digests[letter.item.key] = ""
                continue
            if not self._was_kept(digest) and self._taken(letter.item, letter.raw, letter.is_cut):
                self.looked.taken += 1
                self.looked.lag_seconds = _behind(letter.item.arrived)
            crash_point("mailbox-after-take")
            digests[letter.item.key] = digest
        is_settled = self.mailbox.after == LEAVE
        self.folder = places.advance(self.mailbox, self.folder, batch, digests, is_settled=is_settled)
        crash_point("mailbox-after-advance")

    def _was_kept(self, digest: str) -> bool:
        """True for a message that was taken before the server gave all of them other numbers."""
        return self.folder.is_anew and places.is_kept(self.folder, digest)

    def _was_left(self, item: Item) -> bool:
        """True for one that was to be left alone from the start, whatever its number is by now."""
        is_old = item.arrived is not None and item.arrived < self.mailbox.created_at
        return self.folder.is_anew and is_old and not self.mailbox.takes_old

    def _taken(self, item: Item, raw: bytes, is_cut: bool) -> bool:
        """Store a message; False if it came in under its name before."""
        name = f"mailbox:{self.folder.id}:{places.stored_key(self.folder.validity, item.key)}"
        source, address = self.mailbox.protocol, self.mailbox.address
        return email_in.take(raw, mailbox=address, source=source, dedupe=name, is_cut=is_cut) is not None

    def _settle(self, news: News, items: Sequence[Item]) -> None:
        """Tidy up what is kept. If the server will not have it, mail comes in all the same, and the administrator is told."""
        act = self.mailbox.after
        items = places.kept(self.folder, items) if act != LEAVE else ()
        if not items or self.looked.trouble is not None:
            return
        try:
            self.connection.settle(self.folder.name, items, act, self.mailbox.archive)
        except FetchProblem as problem:
            if problem.kind != "archive":
                raise
            self.looked.trouble = problem
            return
        crash_point("mailbox-after-settle")
        are_gone = act != "flag" and news.present is None
        self.folder = places.settle(self.mailbox, self.folder, items, are_gone=are_gone)


def batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The messages in their order, as many at a time as memory should hold."""
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and (len(batch) == BATCH or size + item.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += item.size
    if batch:
        yield batch


def _behind(arrived: datetime | None) -> int | None:
    """How many seconds ago that was."""
    return None if arrived is None else max(0, round((clock.now() - arrived).total_seconds()))
