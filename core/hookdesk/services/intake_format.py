"""A message in core's own stored form: JSON, with files in storage. Used by channels that read their input themselves (forms, API)."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from hookdesk.models import IntakeRecord
from hookdesk.services import attachments
from hookdesk.types.intake import Bounced, InboundFile, InboundMessage, MessageKind

FORMAT = "hookdesk-message/1"
_TUPLES = ("references", "to", "cc", "followers", "remarks")


def owner(intake_id: int) -> str:
    """The name under which a record claims stored bytes."""
    return f"core:intake:{intake_id}"


def forget(session: Session, which: ColumnElement[bool], **values: Any) -> None:
    """Drop what came in, of the records that fit a condition, and set further columns; their lines stay in the ledger."""
    ids = session.scalars(select(IntakeRecord.id).where(which)).all()
    attachments.disclaim(session, *map(owner, ids))
    gone = {"raw": None, "raw_sha256": "", "storage": "", **values}
    session.execute(update(IntakeRecord).where(IntakeRecord.id.in_(ids)).values(**gone))


def dump(message: InboundMessage) -> tuple[bytes, list[str]]:
    """The message as JSON, and the hashes of its files, whose bytes are put into storage first.

    Raises:
        NoStorage: the message has files and no plugin can keep them.
    """
    plain = asdict(message.replace(files=()))
    plain["sent_at"] = message.sent_at.isoformat() if message.sent_at else None
    plain["files"] = [asdict_file(file) for file in message.files]
    hashes = [file["sha256"] for file in plain["files"]]
    return json.dumps(plain, ensure_ascii=False).encode("utf-8", "surrogatepass"), hashes


def asdict_file(file: InboundFile) -> dict[str, Any]:
    """Where a file's bytes now are, and how it was named."""
    stored = attachments.store(file)
    return {**asdict(stored), "filename": file.filename}


def load(raw: bytes) -> InboundMessage:
    """The message again, its files read back from storage."""
    plain = json.loads(raw.decode("utf-8", "surrogatepass"))
    files = tuple(
        InboundFile(item["filename"], item["content_type"], _whole(item["sha256"], item["storage"]), item["content_id"])
        for item in plain.pop("files")
    )
    known = {item.name for item in fields(InboundMessage)}
    values: dict[str, Any] = {
        key: tuple(value) if key in _TUPLES else value for key, value in plain.items() if key in known
    }
    values["headers"] = tuple((key, value) for key, value in values.get("headers", ()))
    values["bounced"] = tuple(Bounced(**item) for item in values.get("bounced", ()))
    values["kind"] = MessageKind(values["kind"])
    values["sent_at"] = datetime.fromisoformat(values["sent_at"]) if values.get("sent_at") else None
    return InboundMessage(**values, files=files)


def raw_bytes(record: IntakeRecord) -> bytes:
    """The raw item, from the row or from storage."""
    return record.raw if record.raw is not None else _whole(record.raw_sha256, record.storage)


def _whole(sha256: str, storage: str) -> bytes:
    """All bytes of a stored file at once."""
    whole = BytesIO()  # which hands out what it holds; join() would hold all pieces besides
    for chunk in attachments.read(sha256, storage):
        whole.write(chunk)
    return whole.getvalue()
