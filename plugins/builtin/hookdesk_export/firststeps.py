"""Who may export at first."""

from __future__ import annotations

from sqlalchemy import select

from hookdesk.api import Role, directory, reading, system
from hookdesk_export.services import PERMISSION

LIKE = "ticket.assign"
"""Whoever hands out work may take the list of it along."""


def grant() -> None:
    """Give the permission to roles that hold the like; not again once any role has it."""
    rows = reading().all(select(Role.id, Role.name, Role.permissions, Role.is_active, Role.notes).order_by(Role.id))
    if any(PERMISSION in row.permissions for row in rows):
        return
    for row in rows:
        if LIKE in row.permissions:
            held = (*row.permissions, PERMISSION)
            directory.save_role(system("export"), row.id, directory.RoleData(row.name, held, row.is_active, row.notes))
