"""Who may make tags at first."""

from __future__ import annotations

from sqlalchemy import select

from hookdesk.api import Role, directory, reading, system
from hookdesk_tags.services import CREATE

LIKE = "ticket.transfer"
"""Whoever may move tickets between departments has a say in how they are sorted."""


def grant() -> None:
    """Give the permission to roles that hold the like; not again once any role has it."""
    rows = reading().all(select(Role.id, Role.name, Role.permissions, Role.is_active, Role.notes).order_by(Role.id))
    if any(CREATE in row.permissions for row in rows):
        return
    for row in rows:
        if LIKE in row.permissions:
            held = (*row.permissions, CREATE)
            directory.save_role(system("tags"), row.id, directory.RoleData(row.name, held, row.is_active, row.notes))
