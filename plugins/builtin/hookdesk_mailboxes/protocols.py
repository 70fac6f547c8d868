"""What a protocol does for a mailbox: sign in, say what is new, read it, and tidy up what is kept by then.

A message is known by a key that the server never gives to another message of the same folder under the same validity: IMAP's UID under its
UIDVALIDITY (RFC 9051, section 2.3.1.1), POP3's UIDL (RFC 1939, section 7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hookdesk.api import AccessToken

TIMEOUT_S = 30.0
"""How long a server may take for one answer."""


class FetchProblem(Exception):
    """A mailbox cannot be read at the moment. `kind` is a word of `problems.py`, `detail` what the server or the system said."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind, self.detail = kind, detail


@dataclass(frozen=True, slots=True)
class Account:
    """How to reach a mailbox and sign in: with a password, or with a token. `security` is "tls", "starttls" or "none"."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(default="", repr=False)
    token: AccessToken | None = None
    timeout: float = TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Item:
    """A message on the server: its key, the number that it is asked for by, its size in bytes (0: unknown) and when it came, if known."""

    key: str
    number: int
    size: int = 0
    arrived: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that was read; `raw` is only its beginning if it is longer than allowed."""

    item: Item
    raw: bytes = field(repr=False)
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """How far a folder has been read: all up to the number `last` under this validity, and tidied up to `settled`.

    `known` gives the keys that were taken, for a protocol whose numbers say nothing. With `is_careful` the last look failed, perhaps over a
    single message: nothing may be asked about new ones that the server has to open them for, so their size stays unknown (0).
    """

    validity: str
    last: int
    settled: int
    known: Callable[[], frozenset[str]]
    is_careful: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """What a folder holds besides what is known: `items` to take, oldest first, and `left`, which were taken but are not tidied up yet.

    `validity` is the server's present one; `is_anew` says that it gives its messages other keys than before under the same one. `present`
    are all keys of the folder, from a protocol that has to list them anyway.
    """

    validity: str
    items: Sequence[Item] = ()
    left: Sequence[Item] = ()
    is_anew: bool = False
    present: frozenset[str] | None = None


class Connection(Protocol):
    """A mailbox that is signed in to. Whatever goes wrong is a `FetchProblem`; after one the connection is of no more use."""

    def folders(self) -> Sequence[str]:
        """The names of the folders that mail can be read from."""

    def make_folder(self, name: str) -> None:
        """Make a folder, if it is not there."""

    def count(self, folder: str) -> int:
        """How many messages a folder holds."""

    def news(self, folder: str, place: Place) -> News:
        """What is new; one round trip if nothing is."""

    def read(self, folder: str, items: Sequence[Item], most_bytes: int) -> Iterator[Letter]:
        """The messages, in order; those that are gone by now are left out."""

    def settle(self, folder: str, items: Sequence[Item], act: str, archive: str) -> None:
        """Do with messages that are kept what the admin wants: "flag" them as read, "move" them to `archive`, or "delete" them."""

    def wait(self, seconds: float) -> bool | None:
        """Wait until something comes into the folder read last, at most so long; True if it does. None at once where it cannot tell."""

    def close(self) -> None:
        """Sign out; it raises nothing."""


@dataclass(frozen=True, slots=True)
class MailboxProtocol:
    """A protocol that mailboxes can be read by. `name` is stored, so it stays for ever; `ports` are the usual ones by kind of encryption.

    `acts` is what can be done with a message that is kept. With `stays` a connection is held open between two looks.
    """

    name: str
    label: str
    ports: dict[str, int]
    acts: tuple[str, ...]
    open: Callable[[Account], Connection]
    has_folders: bool = True
    stays: bool = True
