"""What a storage backend and a search backend must be able to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class StorageBackend(Protocol):
    """Keeps bytes under their SHA-256 (hex). Writing what is there already is no error; each call is durable when it returns."""

    name: str

    def put(self, sha256: str, content: bytes) -> None:
        """Store the bytes."""
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

    def delete(self, sha256: str) -> None:
        """Remove the bytes; no error if they are gone already."""
        ...


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One ticket that was found and a piece of the text around the words."""

    ticket_id: int
    snippet: str = ""


class SearchBackend(Protocol):
    """Full text over subject, thread, number and requester."""

    name: str

    def matching(self, dialect: str, words: str, include_notes: bool) -> Any:
        """A SELECT of ticket ids that contain all words (the last one as a prefix), newest first, for `Ticket.id.in_(…)`.

        None if there are no words to look for.
        """
        ...

    def rebuild(self, batch: int) -> int:
        """Index up to `batch` tickets that are missing; how many were done."""
        ...


SearchResult = Sequence[SearchHit]
