"""Files of a task: those on its entries, and the pictures in its description."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hookdesk.api import StoredFile, attachments, pictures_in
from hookdesk_tasks.models import File

NAMES = ("filename", "content_type", "size", "sha256", "storage", "content_id")


def claimed_as(task_id: int) -> str:
    """How the bytes of a task's files are claimed."""
    return f"tasks:{task_id}"


def attach(session: Session, task_id: int, entry_id: int | None, files: Sequence[StoredFile]) -> None:
    """Put files on an entry; None: into the description."""
    if not files:
        return
    rows = [{name: getattr(file, name) for name in NAMES} for file in files]
    session.execute(insert(File), [{**row, "task_id": task_id, "entry_id": entry_id} for row in rows])
    attachments.claim(session, claimed_as(task_id), [file.sha256 for file in files])


def describe(session: Session, task_id: int, html: str, files: Sequence[StoredFile]) -> None:
    """Keep the pictures that stand in a description, and no others."""
    wanted = pictures_in(html)
    ours = (File.task_id == task_id, File.entry_id.is_(None))
    there = set(session.scalars(select(File.content_id).where(*ours)))
    attach(session, task_id, None, [file for file in files if file.content_id in wanted - there])
    session.execute(delete(File).where(*ours, File.content_id.not_in(wanted)))
