"""Everything about one person, as a zip: one JSON file, and the files that they sent."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from sqlalchemy import ColumnElement, Row, and_, case, or_, select

from hookdesk.api import (
    Attachment,
    Collaborator,
    Department,
    Organization,
    PeopleHooks,
    SignInSession,
    Status,
    ThreadEntry,
    Ticket,
    User,
    UserEmail,
    attachments,
    people,
    reading,
    site,
)

MOST = 50_000
"""Rows of one kind, at most; a person with more is told so in the file."""


def packed(user_id: int) -> IO[bytes]:
    """The zip, in a file that is gone when it is closed. Internal notes are not part of it."""
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", json.dumps(everything(user_id), default=_plain, indent=2, ensure_ascii=False))
        for row in _files(user_id):
            _pack(archive, row)
    file.seek(0)
    return file


def everything(user_id: int) -> dict[str, Any]:
    """What core and the plugins keep about a person, part by part."""
    parts: dict[str, Any] = {"person": _person(user_id)}
    parts["addresses"] = _rows(select(UserEmail.address, UserEmail.is_primary).where(UserEmail.user_id == user_id))
    parts["tickets"] = _rows(_tickets().where(Ticket.user_id == user_id).order_by(Ticket.id))
    parts["followed"] = _rows(
        select(Ticket.number, Collaborator.created_at)
        .join(Ticket, Ticket.id == Collaborator.ticket_id)
        .where(Collaborator.user_id == user_id)
    )
    parts["entries"] = [_told(row) for row in _rows(_entries(user_id))]
    session = (SignInSession.face, SignInSession.address, SignInSession.browser, SignInSession.created_at)
    parts["sessions"] = _rows(select(*session).where(SignInSession.user_id == user_id))
    for slug, part in site().hooks.attributed(PeopleHooks.person_records, user_id=user_id):
        parts[f"{slug}: {part[0]}"] = part[1]
    return parts


def _person(user_id: int) -> dict[str, Any] | None:
    """The user's own row."""
    columns = (User.id, User.name, User.phone, User.locale, User.timezone, User.is_banned, User.created_at)
    query = select(*columns, Organization.name.label("organization"))
    of = query.outerjoin(Organization, Organization.id == User.organization_id)
    row = reading().first(of.where(User.id == user_id))
    return dict(row._mapping) if row else None


def _tickets() -> Any:
    """Tickets as a person knows them."""
    columns = (
        Ticket.number,
        Ticket.subject,
        Status.name.label("status"),
        Ticket.channel,
        Ticket.created_at,
        Ticket.closed_at,
    )
    return select(*columns).join(Status, Status.id == Ticket.status_id)


def _entries(user_id: int) -> Any:
    """What they wrote anywhere as a requester, and what was answered in their own tickets."""
    columns = (
        Ticket.number,
        ThreadEntry.kind,
        ThreadEntry.author,
        ThreadEntry.channel,
        ThreadEntry.text,
        ThreadEntry.created_at,
        case((Department.is_public, Department.name), else_="").label("department"),
    )
    answered = and_(Ticket.user_id == user_id, ThreadEntry.kind != "note")
    query = select(*columns).join(Ticket, Ticket.id == ThreadEntry.ticket_id)
    of_department = query.join(Department, Department.id == Ticket.department_id)
    return of_department.where(or_(_own_words(user_id), answered)).order_by(ThreadEntry.id)


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry as its requester knows it: who answered has the name that stands on the portal's page."""
    department = entry.pop("department", "")
    if entry.get("kind") == "response":
        entry["author"] = people.public_name(entry["author"], department)
    return entry


def _own_words(user_id: int) -> ColumnElement[bool]:
    """What they wrote for themselves. What agents write is work: it is about others, and part of their tickets."""
    return and_(ThreadEntry.user_id == user_id, ThreadEntry.agent_id.is_(None))


def _rows(query: Any) -> list[dict[str, Any]]:
    """Rows as JSON objects."""
    rows = reading().all(query.limit(MOST + 1))
    found = [dict(row._mapping) for row in rows[:MOST]]
    return [*found, {"more": f"only the first {MOST} are here"}] if len(rows) > MOST else found


def _files(user_id: int) -> Iterator[Row[Any]]:
    """The files that they sent."""
    columns = (Attachment.id, Attachment.filename, Attachment.sha256, Attachment.storage)
    query = select(*columns).join(ThreadEntry, ThreadEntry.id == Attachment.entry_id)
    yield from reading().all(query.where(_own_words(user_id)).order_by(Attachment.id).limit(MOST))


def _pack(archive: zipfile.ZipFile, row: Row[Any]) -> None:
    """One file; a note in its place if its bytes are gone."""
    try:
        chunks = attachments.read(row.sha256, row.storage)
        with archive.open(f"files/{row.id}-{row.filename}", "w") as target:
            for chunk in chunks:
                target.write(chunk)
    except (FileNotFoundError, attachments.NoStorage):
        archive.writestr(f"files/{row.id}-{row.filename}.missing", "These bytes are not in the storage any more.\n")


def _plain(value: Any) -> str:
    """Moments and the like as text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
