"""Who may do what with tasks at first: those who may do the like with tickets."""

from __future__ import annotations

from sqlalchemy import select

from hookdesk.api import Role, directory, reading, system

LIKE = {
    "task.create": "ticket.edit",
    "task.edit": "ticket.edit",
    "task.assign": "ticket.assign",
    "task.transfer": "ticket.transfer",
    "task.reply": "ticket.reply",
    "task.close": "ticket.close",
    "task.delete": "ticket.delete",
}


def grant() -> None:
    """Give permissions to roles; not again once any role has one of them."""
    rows = reading().all(select(Role.id, Role.name, Role.permissions, Role.is_active, Role.notes).order_by(Role.id))
    if any(name in row.permissions for row in rows for name in LIKE):
        return
    for row in rows:
        gained = [name for name, like in LIKE.items() if like in row.permissions]
        if gained:
            data = directory.RoleData(row.name, (*row.permissions, *gained), row.is_active, row.notes)
            directory.save_role(system("tasks"), row.id, data)
