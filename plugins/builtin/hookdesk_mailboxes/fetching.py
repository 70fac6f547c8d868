"""One look into a mailbox: what is new is taken in, and only what is committed is tidied up on the server.

Each message is taken under a name that says where it stood, so whatever dies between any two steps, the next look finds what is left to
do: a message that was taken but not noted is not taken again, one that was noted but not tidied up is tidied up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hookdesk.api import clock, crash_point, intake, wake
from hookdesk_email_in import services as email_in
from hookdesk_mailboxes import places, refusals
from hookdesk_mailboxes.arrived import arrived_at
from hookdesk_mailboxes.models import Folder, Mailbox
from hookdesk_mailboxes.protocols import Connection, FetchProblem, Item, Letter, News
from hookdesk_mailboxes.reading import Refusal, letters

BATCH, BATCH_BYTES = 100, 5_000_000
PROCESSING = "intake"
"""The job that makes tickets of what was taken in."""
LEAVE = "leave"


@dataclass
class Looked:
    """What a look came to: how many messages are new to the site, how many wait still, how far the last one was behind, what went wrong
    without keeping mail from coming in, and whether the connection is of no more use.
    """

    taken: int = 0
    waiting: int = 0
    lag_seconds: int | None = None
    trouble: FetchProblem | None = None
    is_spent: bool = False


def look(mailbox: Mailbox, connection: Connection, may_go_on: Callable[[], bool] = lambda: True) -> Looked:
    """Take in what is new in each of its folders. `may_go_on` is asked between batches.

    Raises:
        FetchProblem: the server or the network. Lost: the mailbox is no longer ours to read.
    """
    looked = Looked()
    looks = [_Look(mailbox, folder, connection, looked) for folder in places.folders(mailbox.id)]
    try:
        for one in looks:
            one.run(may_go_on)
        for one in looks:  # last, for such a message may end the connection
            one.retry()
    finally:
        if looked.taken:
            wake(PROCESSING)
    return looked


class _Look:
    """A look into one folder."""

    def __init__(self, mailbox: Mailbox, folder: Folder, connection: Connection, looked: Looked) -> None:
        self.mailbox, self.folder, self.connection, self.looked = mailbox, folder, connection, looked
        self.news = News(folder.validity)

    def run(self, may_go_on: Callable[[], bool]) -> None:
        is_first = not self.folder.validity
        is_careful = self.mailbox.failures > 0
        place = places.place(self.folder, is_careful=is_careful)
        news = self.news = self.connection.news(self.folder.name, place)
        self.folder = places.opened(self.mailbox, self.folder, news)
        if is_first and not self.mailbox.takes_old:
            self._pass_over(news)
            return
        self._settle(news, news.left)
        left = len(news.items)
        for batch in batches(news.items, is_careful=is_careful):
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
        """Take a batch in and move the mark behind it. What is refused is noted for `retry`."""
        digests: dict[str, str] = {}
        for found in handfuls(letters(self.connection, self.folder.name, batch, self.mailbox.most_bytes)):
            if not isinstance(found, Refusal):
                digests |= self._kept_as(found)
                continue
            refusals.note(self.mailbox, self.folder, found.item, found.problem)
            digests[found.item.key] = ""
            if not found.answers:  # the look ends here, and the next one begins behind this message
                self._advance(batch[: batch.index(found.item) + 1], digests)
        self._advance(batch, digests)
        crash_point("mailbox-after-advance")

    def _advance(self, items: Sequence[Item], digests: Mapping[str, str]) -> None:
        """Move the mark behind them."""
        is_settled = self.mailbox.after == LEAVE
        self.folder = places.advance(self.mailbox, self.folder, items, digests, is_settled=is_settled)

    def _kept_as(self, several: Sequence[Letter]) -> dict[str, str]:
        """Store messages at once, but for those that are known or were to be left; key → the digest that each is known by from now on."""
        digests = {letter.item.key: "" if self._was_left(letter) else digest_of(letter) for letter in several}
        new = [letter for letter in several if (digest := digests[letter.item.key]) and not self._was_kept(digest)]
        for letter, is_new in zip(new, email_in.take_all(list(map(self._arrival, new))), strict=True):
            if is_new:
                self.looked.taken += 1
                self.looked.lag_seconds = _behind(letter.item.arrived)
        crash_point("mailbox-after-take")
        return digests

    def retry(self) -> None:
        """Ask once more for what was refused, as far as its time has come."""
        where = {item.key: item for item in self.news.left}
        for item in refusals.due(self.folder):
            if self.looked.is_spent:
                return
            is_gone = self.news.present is not None and item.key not in self.news.present
            self._retry([] if is_gone else [where.get(item.key, item)], item)

    def _retry(self, wanted: Sequence[Item], item: Item) -> None:
        """Ask for one."""
        digest = ""
        try:
            for found in letters(self.connection, self.folder.name, wanted, self.mailbox.most_bytes):
                if isinstance(found, Refusal):
                    refusals.note(self.mailbox, self.folder, found.item, found.problem)
                    self.looked.is_spent = not found.answers
                    return
                digest = self._kept_as([found])[found.item.key]
        except FetchProblem:
            self.looked.is_spent = True
            return
        refusals.over(self.mailbox, self.folder, item, digest)
        self._settle(self.news, wanted)

    def _was_kept(self, digest: str) -> bool:
        """True for a message that was taken before the server gave all of them other numbers."""
        return self.folder.is_anew and places.is_kept(self.folder, digest)

    def _was_left(self, letter: Letter) -> bool:
        """True for one that was to be left alone from the start, whatever its number is by now."""
        if not self.folder.is_anew or self.mailbox.takes_old:
            return False
        arrived = letter.item.arrived or arrived_at(letter.raw)
        return arrived is not None and arrived < self.mailbox.created_at

    def _arrival(self, letter: Letter) -> intake.Arrival:
        """A message as it is stored; its name keeps it from coming in twice."""
        name = f"mailbox:{self.folder.id}:{places.stored_key(self.folder.validity, letter.item.key)}"
        source, address = self.mailbox.protocol, self.mailbox.address
        return email_in.arrival(letter.raw, name, letter.is_cut, mailbox=address, source=source)

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


def batches(items: Sequence[Item], *, is_careful: bool = False) -> Iterator[list[Item]]:
    """The messages in their order, as many at a time as memory should hold; carefully, each alone."""
    most = 1 if is_careful else BATCH
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and (len(batch) >= most or size + item.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += item.size
    if batch:
        yield batch


def handfuls(found: Iterable[Letter | Refusal]) -> Iterator[list[Letter] | Refusal]:
    """Messages as many at a time as are stored together: a few, and never many bytes.

    Raises:
        FetchProblem: the connection is of no more use. What was read before comes before.
    """
    several, size, lost = list[Letter](), 0, None
    try:
        for one in found:
            if isinstance(one, Letter):
                crash_point("mailbox-after-read")
                several.append(one)
                size += len(one.raw)
                if len(several) < email_in.HANDFUL and size < email_in.HANDFUL_BYTES:
                    continue
            if several:
                yield several
                several, size = [], 0
            if isinstance(one, Refusal):
                yield one
    except FetchProblem as problem:
        lost = problem
    if several:
        yield several
    if lost is not None:
        raise lost


def digest_of(letter: Letter) -> str:
    """What the same message is known by under other numbers."""
    return hashlib.sha256(letter.raw).hexdigest()


def _behind(arrived: datetime | None) -> int | None:
    """How many seconds ago that was."""
    return None if arrived is None else max(0, round((clock.now() - arrived).total_seconds()))
