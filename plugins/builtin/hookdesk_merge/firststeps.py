"""Who may merge tickets at first."""

from __future__ import annotations

from sqlalchemy import select

from hookdesk.api import Role, directory, reading, system
from hookdesk_merge.merging import PERMISSION

LIKE = frozenset({"ticket.edit", "ticket.close"})
"""Whoever may change tickets and close them does no more than that when merging some."""


def grant() -> None:
    """Give the permission to roles that hold the like; not again once any role has it."""
    rows = reading().all(select(Role.id, Role.name, Role.permissions, Role.is_active, Role.notes).order_by(Role.id))
    if any(PERMISSION in row.permissions for row in rows):
        return
    for row in rows:
        if set(row.permissions) >= LIKE:
            held = (*row.permissions, PERMISSION)
            directory.save_role(system("merge"), row.id, directory.RoleData(row.name, held, row.is_active, row.notes))
