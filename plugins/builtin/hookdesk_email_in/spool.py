"""The reading side of the spool that `hookdesk-pipe` writes: oldest first, deleted only when the caller says so."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from hookdesk_email_in.pipe import CUT, MAGIC, WHOLE, sync_directory

STALE_SECONDS = 3600
_HEAD_LINE = 4096


@dataclass(frozen=True, slots=True)
class SpooledMail:
    """One mail as it was piped in. `sender` and `recipient` are the envelope's, "" if the mail server gave none.

    `truncated` says that the mail was longer than the limit of the pipe, and `raw` holds only its beginning.
    """

    raw: bytes = field(repr=False)
    sender: str = ""
    recipient: str = ""
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class SpoolState:
    """What waits in the spool, for the health page. `stale` are unfinished files older than an hour: their pipe has died."""

    pending: int
    oldest_seconds: float | None
    stale: tuple[str, ...]


class Spool:
    """The spool of one instance (a directory of this host)."""

    def __init__(self, instance: Path) -> None:
        self._new = instance / "spool" / "new"
        self._tmp = instance / "spool" / "tmp"

    def names(self, limit: int = 100) -> list[str]:
        """The names of the oldest mails that may be read, oldest first. A name is unique for ever: a key against duplicates."""
        readable = (name for name in sorted(self._waiting()) if os.access(self._new / name, os.R_OK))
        return list(islice(readable, limit))

    def read(self, name: str) -> SpooledMail | None:
        """The mail of that name, or None if another process has taken it meanwhile."""
        try:
            with (self._new / name).open("rb") as file:
                envelope, start = _read_head(file)
            with (self._new / name).open("rb", buffering=0) as file:
                file.seek(start)
                raw = file.readall()  # behind a buffer that has begun a large mail would be in memory twice
        except FileNotFoundError:
            return None
        return SpooledMail(raw, envelope.get("sender", ""), envelope.get("recipient", ""), name.endswith(CUT))

    def remove(self, name: str) -> None:
        """Delete a mail. Call it only after the record that holds its bytes is committed, and `sync` after the last one."""
        (self._new / name).unlink(missing_ok=True)

    def sync(self) -> None:
        """Let deletions last. One that a power cut takes back does no harm: its name is known then."""
        sync_directory(str(self._new))

    def state(self, now: float) -> SpoolState:
        """How much waits, and since when; `now` in seconds since the epoch."""
        names = list(self._waiting())
        oldest = now - int(min(names).partition("-")[0]) / 1e9 if names else None
        return SpoolState(len(names), oldest, tuple(self._stale(now)))

    def _waiting(self) -> list[str]:
        return [
            name for name in _listing(self._new) if name.endswith((WHOLE, CUT)) and name.partition("-")[0].isdecimal()
        ]

    def _stale(self, now: float) -> list[str]:
        stale = []
        for name in sorted(_listing(self._tmp)):
            try:
                age = now - (self._tmp / name).stat().st_mtime
            except FileNotFoundError:  # finished while we looked
                continue
            if age > STALE_SECONDS:
                stale.append(name)
        return stale


def _listing(directory: Path) -> list[str]:
    try:
        return [path.name for path in directory.iterdir()]
    except FileNotFoundError:  # nothing has been piped in yet
        return []


def _read_head(file: BinaryIO) -> tuple[dict[str, str], int]:
    """The envelope, and where the mail begins. A file without our head was put there by hand: all of it is the mail."""
    envelope = dict[str, str]()
    if file.readline(len(MAGIC)) != MAGIC:
        return envelope, 0
    while (line := file.readline(_HEAD_LINE)) not in (b"\n", b""):
        name, _, value = line.decode("utf-8", "replace").rstrip("\n").partition(" ")
        envelope[name] = value
    return envelope, file.tell()
