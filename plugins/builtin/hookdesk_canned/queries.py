"""Lists of responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, or_, select

from hookdesk.api import Actor, Department, reading
from hookdesk_canned import rights
from hookdesk_canned.models import File, Response

MOST = 500
_FILES = (
    select(func.count()).where(File.response_id == Response.id).correlate(Response).scalar_subquery().label("files")
)
_LINE = (
    select(
        Response.id, Response.title, Response.locale, Response.is_active, Response.uses, Response.used_at, Response.department_id,
        Department.name.label("department"), _FILES,
    )
    .outerjoin(Department, Department.id == Response.department_id)
    .order_by(Response.title, Response.id)
)  # fmt: skip


def managed(actor: Actor, text: str = "", department: str = "") -> Sequence[Row[Any]]:
    """What an actor may see to, by title; `department` is an id, "none" (those for every department) or "" for all."""
    asked = _LINE.where(rights.managed(actor))
    if text:
        asked = asked.where(
            or_(Response.title.icontains(text, autoescape=True), Response.words.icontains(text, autoescape=True))
        )
    if department == "none":
        asked = asked.where(Response.department_id.is_(None))
    elif department.isdecimal() and len(department) < 10:
        asked = asked.where(Response.department_id == int(department))
    return reading().all(asked.limit(MOST))


def departments(actor: Actor, now: int | None = None) -> list[tuple[int, str]]:
    """Id and name of the departments whose responses the actor may see to; `now` is offered even if it is closed."""
    offered = or_(Department.is_active, Department.id == now)
    asked = select(Department.id, Department.name).where(offered).order_by(Department.name).limit(MOST)
    if not rights.everywhere(actor):
        asked = asked.where(Department.id.in_(sorted(rights.departments(actor))))
    return [(row.id, row.name) for row in reading().all(asked)]


def of_department(department_id: int) -> dict[str, Any]:
    """What the manager of a department sees: its responses, those used most first, and its id."""
    asked = _LINE.where(Response.department_id == department_id).order_by(None)
    rows = reading().all(asked.order_by(Response.is_active.desc(), Response.uses.desc(), Response.title).limit(10))
    return {"rows": rows, "department_id": department_id}


def of_reference(ref: str) -> list[tuple[int, str]]:
    """Id and title of the responses of "department:<id>"; none for any other reference."""
    kind, _colon, value = ref.partition(":")
    if kind != "department" or not value.isdecimal():
        return []
    asked = select(Response.id, Response.title).where(Response.department_id == int(value)).order_by(Response.title)
    return [(row.id, row.title) for row in reading().all(asked.limit(MOST))]
