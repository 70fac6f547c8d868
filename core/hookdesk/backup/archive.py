"""The archive: a tar.gz whose last member, `manifest.json`, has a SHA-256 for each of the others."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024


class BackupError(Exception):
    """A backup cannot be written, read or restored; the message says why and what was kept."""


@dataclass(slots=True)
class Manifest:
    """What an archive holds. `database` is "sqlite" or "postgresql"; `files` maps each member's name onto its SHA-256."""

    format: int
    version: str
    made_at: str
    database: str
    files: dict[str, str] = field(default_factory=dict)


class _Hashing(io.RawIOBase):
    """A stream that hashes what is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Wrap a stream."""
        self._stream = stream
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read and hash."""
        chunk = self._stream.read(size)
        self.digest.update(chunk)
        return chunk


class Writer:
    """Writes an archive beside its final name and gives it that name once it is whole; only the owner may read it."""

    def __init__(self, file: Path, manifest: Manifest) -> None:
        """Open it.

        Raises:
            BackupError: it cannot be written, or exists already.
        """
        self._final, self._partial, self.manifest = file, file.with_name(f"{file.name}.partial"), manifest
        if file.exists():
            raise BackupError(f"{file} exists already; choose another name.")
        try:
            descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise BackupError(f"{file} cannot be written: {error.strerror}.") from None
        self._stream = os.fdopen(descriptor, "wb")
        self._tar = tarfile.open(fileobj=self._stream, mode="w:gz", compresslevel=6)  # noqa: SIM115  closed in finish()

    def add(self, source: Path, name: str) -> None:
        """Add a file under a name. One that has vanished meanwhile is passed over; one that grows is cut where it was."""
        try:
            with source.open("rb") as stream:
                information = self._tar.gettarinfo(str(source), name, stream)
                hashing = _Hashing(stream)
                self._tar.addfile(information, hashing)
        except FileNotFoundError:
            return
        self.manifest.files[name] = hashing.digest.hexdigest()

    def add_folder(self, folder: Path, prefix: str) -> None:
        """Add all plain files below a folder."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                self.add(path, f"{prefix}/{path.relative_to(folder).as_posix()}")

    def finish(self) -> None:
        """Add the manifest, and give the archive its name."""
        content = json.dumps(asdict(self.manifest), indent=1).encode()
        information = tarfile.TarInfo(MANIFEST)
        information.size, information.mode = len(content), 0o600
        self._tar.addfile(information, io.BytesIO(content))
        self._tar.close()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._partial.rename(self._final)

    def give_up(self) -> None:
        """Remove what was written so far. Closing writes what is still in memory: on a full disk it fails, and closes all the same."""
        for opened in (self._tar, self._stream):
            with suppress(OSError):
                opened.close()
        self._partial.unlink(missing_ok=True)


def extract(file: Path, target: Path) -> Manifest:
    """Unpack an archive into an empty folder and hold each file against its checksum.

    Raises:
        BackupError: it is no backup, of a newer format, damaged or incomplete.
    """
    try:
        with tarfile.open(file, "r:gz") as tar:
            found = dict(_unpack(tar, target))
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BackupError(f"{file} cannot be read: {error}. Nothing was changed.") from None
    manifest = _manifest(file, target / MANIFEST)
    found.pop(MANIFEST, None)
    wrong = sorted(name for name in manifest.files.keys() | found.keys() if manifest.files.get(name) != found.get(name))
    if wrong:
        raise BackupError(f"{file} is damaged: {', '.join(wrong[:5])} differ from the manifest. Nothing was changed.")
    return manifest


def _unpack(tar: tarfile.TarFile, target: Path) -> Iterator[tuple[str, str]]:
    """Write each plain file below `target`; its name and SHA-256."""
    for member in tar:
        path = PurePosixPath(member.name)
        if not member.isfile() or path.is_absolute() or ".." in path.parts:
            raise tarfile.TarError(f"{member.name!r} has no place in a backup")
        stream = tar.extractfile(member)
        assert stream is not None  # it is a plain file
        place = target / path
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with place.open("xb") as out:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                out.write(chunk)
        place.chmod(0o600)
        yield member.name, digest.hexdigest()


def _manifest(file: Path, path: Path) -> Manifest:
    """Read the manifest.

    Raises:
        BackupError: there is none, or it is of a format that this version does not know.
    """
    try:
        manifest = Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise BackupError(f"{file} is no backup of Hookdesk, or is cut short. Nothing was changed.") from None
    if manifest.format != FORMAT:
        raise BackupError(
            f"{file} was made by Hookdesk {manifest.version}; this version cannot read it. Nothing was changed."
        )
    path.unlink()
    return manifest
