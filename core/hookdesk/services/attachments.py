"""Bytes of attachments: put into a storage backend before the transaction that names them, read back in chunks, swept when nothing does."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import timedelta
from pathlib import PurePath

from sqlalchemy import delete, func, select, union
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db.context import reading, release
from hookdesk.hookspecs import RunningHooks
from hookdesk.models import Attachment, FileUse, IntakeRecord
from hookdesk.site import site
from hookdesk.text import storable
from hookdesk.types.backends import StorageBackend, StoredFile
from hookdesk.types.intake import InboundFile

_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "application/pdf"})
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")

_SPELLINGS = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}
"""What old mail programs call them."""
UNNAMED_FOR = timedelta(days=2)
"""Bytes stay for so long after they were last put, for what will name them may not be stored yet."""
_SIGNED_AS = "held-file"
TOKEN_S = 24 * 3600
"""A form may be open for so long before what was stored for it is asked for again."""
TURN = timedelta(minutes=10)
SHARES, BATCH = 256, 500


class NoStorage(RuntimeError):
    """No plugin offers a place for attachments."""


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


def token(file: StoredFile, holder: int | None) -> str:
    """A stored file as the forms of a user (its `holder`) carry it: signed, so that nobody attaches bytes that were not handed to them."""
    told = json.dumps([int(clock.now().timestamp()), holder, *astuple(file)]).encode()
    body = urlsafe_b64encode(told).decode().rstrip("=")
    return f"{body}.{site().keys.sign(_SIGNED_AS, body, 26)}"


def of_token(text: str, holder: int | None) -> StoredFile | None:
    """The file again; None for a token that is not ours, too old, or somebody else's."""
    body, _, signature = text.partition(".")
    if not site().keys.verify(_SIGNED_AS, body, signature):
        return None
    at, held_by, *values = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return StoredFile(*values) if held_by == holder and clock.now().timestamp() - at < TOKEN_S else None


def read(sha256: str, storage: str) -> Iterator[bytes]:
    """The bytes in chunks.

    Raises:
        NoStorage: that backend is switched off.
        FileNotFoundError: the bytes are gone.
    """
    return backend(storage).open(sha256)


def claim(session: Session, owner: str, hashes: Iterable[str]) -> None:
    """Keep stored bytes for as long as `owner` ("<slug>:…", at most 80 characters) needs them, besides what it claimed before."""
    for sha256 in set(hashes):
        session.merge(FileUse(owner=owner, sha256=sha256))


def disclaim(session: Session, *owners: str) -> None:
    """These owners need nothing any more."""
    session.execute(delete(FileUse).where(FileUse.owner.in_(owners)))


def sweep() -> int:
    """The job "attachments": delete bytes that no attachment names and nobody claims; how many.

    Each run looks at the 256th part of all hashes whose turn it is, so it has been everywhere within two days. What is older than the
    ledger is not touched: the bytes are then older than the database, and another one may name them.
    """
    now = clock.now()
    prefix = f"{int(now.timestamp() // TURN.total_seconds()) % SHARES:02x}"
    begun, limit = reading().scalar(select(func.min(IntakeRecord.received_at))), now - UNNAMED_FOR
    removed = 0
    for store in site().hooks.collect(RunningHooks.storage_backends) if begun else ():
        old = sorted(sha256 for sha256, put_at in store.stored(prefix) if begun <= put_at < limit)
        for start in range(0, len(old), BATCH):
            unnamed = set(old[start : start + BATCH]) - _named(old[start : start + BATCH])
            removed += sum(store.delete(sha256, limit) for sha256 in sorted(unnamed))
    return removed


def _named(hashes: Sequence[str]) -> set[str]:
    """Those of the hashes that somebody needs."""
    release()  # what others have stored by now counts
    attached = select(Attachment.sha256).where(Attachment.sha256.in_(hashes))
    return set(reading().scalars(union(attached, select(FileUse.sha256).where(FileUse.sha256.in_(hashes)))))


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
    plain = _SPELLINGS.get(plain, plain)
    return plain if _TYPE.fullmatch(plain) else "application/octet-stream"
