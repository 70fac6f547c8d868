"""Names for the ids that decisions hold: departments, agents, teams, statuses, priorities, organizations, users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, literal, select, union_all

from hookdesk.api import Agent, Department, Organization, Priority, Status, Team, User, reading, shown_name

MODELS: Mapping[str, Any] = {
    "department_id": Department,
    "assignee_id": Agent,
    "team_id": Team,
    "status_id": Status,
    "priority_id": Priority,
    "organization_id": Organization,
    "user_id": User,
    "collaborators": User,
}
Names = Mapping[tuple[str, int], str]


def ids(value: Any) -> list[int]:
    """The ids in a value: one, several or none."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int)]


def of_decisions(rows: Iterable[Row[Any]]) -> Names:
    """(field, id) → name for every id among the changes, in one query; none if there is no id."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        for field, values in row.changes.items():
            if field in MODELS:
                wanted.setdefault(field, set()).update(one for value in values for one in ids(value))
    asked = [
        select(literal(field).label("field"), MODELS[field].id, MODELS[field].name).where(MODELS[field].id.in_(known))
        for field, known in wanted.items()
        if known
    ]
    if not asked:
        return {}
    return {
        (row.field, row.id): shown_name(row.name) if row.field in ("status_id", "priority_id") else row.name
        for row in reading().all(union_all(*asked))
    }
