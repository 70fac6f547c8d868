"""Users as CSV, in the columns that the import reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from hookdesk.api import Organization, User, UserEmail, reading, release
from hookdesk_people import files

HEADER = ("name", "email", "further addresses", "phone", "organization", "notes", "language")
BATCH = 500


def users() -> Iterator[str]:
    """The header, then a batch at a time by id; nothing more is held in memory."""
    yield from files.lines([HEADER])
    last = 0
    while True:
        columns = (User.id, User.name, User.phone, User.notes, User.locale, Organization.name.label("organization"))
        query = select(*columns).outerjoin(Organization, Organization.id == User.organization_id)
        found = reading().all(query.where(User.id > last).order_by(User.id).limit(BATCH))
        if not found:
            return
        known = _addresses([row.id for row in found])
        yield from files.lines(_cells(row, known.get(row.id, [])) for row in found)
        last = found[-1].id
        release()


def _addresses(ids: list[int]) -> dict[int, list[str]]:
    """Addresses by user, the primary one first."""
    query = select(UserEmail.user_id, UserEmail.address).where(UserEmail.user_id.in_(ids))
    found: dict[int, list[str]] = {}
    for user_id, address in reading().all(query.order_by(UserEmail.is_primary.desc(), UserEmail.id)):
        found.setdefault(user_id, []).append(address)
    return found


def _cells(row: Any, addresses: list[str]) -> tuple[str, ...]:
    """One user."""
    first, *further = addresses or [""]
    return (row.name, first, " ".join(further), row.phone, row.organization or "", row.notes, row.locale)
