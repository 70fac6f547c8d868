"""Files named by their SHA-256: `<folder>/ab/cdef…`. A file is either whole or not there, also after a power cut."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

CHUNK = 64 * 1024
LEFTOVER_S = 24 * 3600
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BEGUN, _LEAVING = "begun-", "leaving-"


class FileStorage:
    """A `StorageBackend` over one folder. It may be shared by any number of processes."""

    name = "fs"

    def __init__(self, folder: Path) -> None:
        """Nothing is made until something is stored."""
        self.folder = folder

    def put(self, sha256: str, content: bytes) -> None:
        """Store the bytes. When this returns they are on the disk, and so is their name; their age begins now.

        Raises:
            ValueError: `sha256` is none.
            OSError: the disk is full or cannot be written; nothing half written is left under the name.
        """
        path = self._path(sha256)
        self._make_folder(path.parent)
        if not self._renewed(path, len(content)):
            self._write(path, content)
        _sync_folder(path.parent)  # also for a file that is there already: its writer may not have come this far

    def open(self, sha256: str) -> Iterator[bytes]:
        """The bytes in chunks of 64 kB.

        Raises:
            FileNotFoundError: nothing is stored under that hash.
        """
        try:
            chunks = _chunks(self._path(sha256))
        except ValueError as error:
            raise FileNotFoundError(str(error)) from None
        next(chunks)  # opens the file now, so that whoever asks for a lost one is told before the answer begins
        return chunks

    def exists(self, sha256: str) -> bool:
        """True if the bytes are there."""
        try:
            return self._path(sha256).is_file()
        except ValueError:
            return False

    def stored(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Each hash that begins with these two digits, and when its bytes were last put."""
        folder = self.folder / prefix
        for file in folder.iterdir() if folder.is_dir() else ():
            with suppress(FileNotFoundError):  # another process sweeps too
                if _DIGEST.fullmatch(prefix + file.name):
                    yield prefix + file.name, datetime.fromtimestamp(file.stat().st_mtime, UTC)

    def delete(self, sha256: str, before: datetime) -> bool:
        """Remove the bytes, unless they were put at that moment or later; True if they went.

        The name goes first. Whoever puts the bytes from then on writes them anew; if somebody did so just before, the name is given back.
        """
        try:
            path = self._path(sha256)
            leaving = path.rename(path.with_name(_LEAVING + path.name))
            if leaving.stat().st_mtime >= before.timestamp():
                leaving.rename(path)
                return False
            leaving.unlink()
        except (ValueError, FileNotFoundError):
            return False
        return True

    def tidy(self) -> int:
        """Remove what was begun over a day ago and never finished, and give back what was to be deleted and was not; how many files."""
        removed = 0
        for file in self.folder.glob(f"*/{_LEAVING}*"):
            with suppress(FileNotFoundError):
                file.rename(file.with_name(file.name.removeprefix(_LEAVING)))
                removed += 1
        for file in self.folder.glob(f"*/{_BEGUN}*"):
            with suppress(FileNotFoundError):  # another process tidies too
                if time.time() - file.stat().st_mtime > LEFTOVER_S:
                    file.unlink()
                    removed += 1
        return removed

    def problem(self) -> str:
        """Why nothing can be written, or ""; found out by writing."""
        try:
            self._make_folder(self.folder)
            with tempfile.TemporaryFile(dir=self.folder) as file:
                file.write(b"?")
                file.flush()
        except OSError as error:
            return error.strerror or type(error).__name__
        return ""

    def _path(self, sha256: str) -> Path:
        """Where a content stands. A hash is all that can get into a path here."""
        if not _DIGEST.fullmatch(sha256):
            raise ValueError(f"{sha256[:80]!r} is no SHA-256 in hex")
        return self.folder / sha256[:2] / sha256[2:]

    @staticmethod
    def _renewed(path: Path, size: int) -> bool:
        """True if the file is there in full length, and young again; a shorter one was damaged and is written anew."""
        try:
            os.utime(path)
            return path.stat().st_size == size
        except FileNotFoundError:
            return False

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        """Write beside the name, then take the name: readers see all of it or nothing."""
        descriptor, begun = tempfile.mkstemp(prefix=_BEGUN, dir=path.parent)  # readable for the owner alone
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(begun).replace(path)
        except BaseException:
            Path(begun).unlink(missing_ok=True)
            raise

    def _make_folder(self, folder: Path) -> None:
        """Make the folder and what lies above it, each durable."""
        if folder.is_dir():
            return
        missing = [folder, *(above for above in folder.parents if not above.exists())]
        for one in reversed(missing):
            one.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(one.parent)


def _chunks(path: Path) -> Iterator[bytes]:
    """An empty chunk once the file is open, then its content. Closing the iterator closes the file."""
    with path.open("rb") as file:
        yield b""
        while chunk := file.read(CHUNK):
            yield chunk


def _sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
