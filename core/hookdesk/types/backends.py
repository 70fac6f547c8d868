"""What a storage backend and a search backend must be able to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes are safe in a backend."""

    filename: str
    content_type: str
    size: int
    sha256: str
    storage: str
    content_id: str = ""


class StorageBackend(Protocol):
    """Keeps bytes under their SHA-256 (hex). Each call is durable when it returns."""

    name: str

    def put(self, sha256: str, content: bytes) -> None:
        """Store the bytes. Those that are there already become as young as if they were new."""
        ...

    def open(self, sha256: str) -> Iterator[bytes]:
        """The bytes in chunks.

        Raises:
            FileNotFoundError: nothing is stored under that hash.
        """
        ...

    def exists(self, sha256: str) -> bool:
        """True if the bytes are there."""
        ...

    def stored(self, prefix: str) -> Iterable[tuple[str, datetime]]:
        """Each hash that begins with these two digits, and when its bytes were last put."""
        ...

    def delete(self, sha256: str, before: datetime) -> bool:
        """Remove the bytes, unless they were put (again) at that moment or later; True if they were there and went.

        Another process may be putting them just now: what its `put` has returned for must not be gone afterwards.
        """
        ...


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One ticket that was found and a piece of the text around the words."""

    ticket_id: int
    snippet: str = ""


class SearchBackend(Protocol):
    """Full text over subject, thread, number and requester."""

    name: str

    def matching(self, dialect: str, words: str, include_notes: bool, soon: int = 0) -> Any:
        """A SELECT of ticket ids that contain all words (the last one as a prefix), newest first, for `Ticket.id.in_(…)`.

        With `soon` at most so many, and older ones may be missing: what can be had at once. None if there are no words to look for.
        """
        ...

    def ranked(self, dialect: str, words: str, include_notes: bool) -> Any:
        """Like `matching` with a second column `rank`, the lowest first: of the newest matches, as many as can be compared in time."""
        ...

    def rebuild(self, batch: int) -> int:
        """Index up to `batch` tickets that are missing; how many were done."""
        ...


SearchResult = Sequence[SearchHit]
