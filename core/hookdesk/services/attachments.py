"""Bytes of attachments: put into a storage backend before the transaction that names them, read back in chunks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from hookdesk.hookspecs import RunningHooks
from hookdesk.site import site
from hookdesk.text import storable
from hookdesk.types.backends import StorageBackend
from hookdesk.types.intake import InboundFile

_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "application/pdf"})
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")


class NoStorage(RuntimeError):
    """No plugin offers a place for attachments."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes are safe in a backend."""

    filename: str
    content_type: str
    size: int
    sha256: str
    storage: str
    content_id: str = ""


def backend(name: str = "") -> StorageBackend:
    """The backend of that name, or the first one.

    Raises:
        NoStorage: there is none.
    """
    for found in site().hooks.collect(RunningHooks.storage_backends):
        if not name or found.name == name:
            return found
    raise NoStorage(
        f"no storage backend{f' named {name}' if name else ''} is switched on; attachments cannot be stored or read"
    )


def put(content: bytes) -> tuple[str, str]:
    """Store bytes; their SHA-256 in hex and the backend's name."""
    store = backend()
    digest = hashlib.sha256(content).hexdigest()
    store.put(digest, content)
    return digest, store.name


def store(file: InboundFile) -> StoredFile:
    """Store one file under a name that is safe to show and to offer for download."""
    digest, name = put(file.content)
    return StoredFile(
        safe_name(file.filename), safe_type(file.content_type), file.size, digest, name, storable(file.content_id)[:255]
    )


def read(sha256: str, storage: str) -> Iterator[bytes]:
    """The bytes in chunks.

    Raises:
        NoStorage: that backend is switched off.
        FileNotFoundError: the bytes are gone.
    """
    return backend(storage).open(sha256)


def safe_name(filename: str) -> str:
    """A file name without path, control or direction characters, at most 200 characters; its extension is kept."""
    name = _UNSAFE.sub("_", filename.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    if len(name) > 200:
        suffix = PurePath(name).suffix[:20]
        name = name[: 200 - len(suffix)] + suffix
    return name or "attachment"


def safe_type(content_type: str) -> str:
    """The media type in lower case without parameters; anything odd is application/octet-stream."""
    plain = content_type.partition(";")[0].strip().lower()
    return plain if _TYPE.fullmatch(plain) else "application/octet-stream"
