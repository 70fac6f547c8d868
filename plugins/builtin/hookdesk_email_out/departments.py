"""Which set of words a department writes in."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import Actor, Department, directory, reading
from hookdesk_email_out import editing
from hookdesk_email_out.wordings import PREFIX


def choices() -> Sequence[tuple[str, str]]:
    """Reference and name of each set, the default one first."""
    return [("", str(_("Default set"))), *((f"{PREFIX}{row.id}", row.name) for row in editing.sets())]


def chosen(department_id: int) -> str:
    """The reference that a department has."""
    return reading().scalar(select(Department.template_ref).where(Department.id == department_id)) or ""


def choose(actor: Actor, department_id: int, ref: str) -> None:
    """Let a department write in a set.

    Raises:
        ValueError: there is no such set, or no such department.
    """
    if ref not in dict(choices()):
        raise ValueError(f"there is no set {ref[:100]}")
    directory.set_department_refs(actor, department_id, template_ref=ref)
