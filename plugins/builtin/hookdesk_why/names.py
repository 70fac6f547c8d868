"""Names for the ids that decisions hold: departments, agents, teams, statuses, priorities, organizations, users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, literal, select, union_all

from hookdesk.api import Agent, Department, Organization, Priority, Status, Team, User, reading

MODELS: Mapping[str, Any] = {
    "department_id": Department,
    "assignee_id": Agent,
    "team_id": Team,
    "status_id": Status,
    "priority_id": Priority,
    "organization_id": Organization,
    "user_id": User,
}
Names = Mapping[tuple[str, int], str]


def of_decisions(rows: Iterable[Row[Any]]) -> Names:
    """(field, id) → name for every id among the changes, in one query; none if there is no id."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        for field, values in row.changes.items():
            if field in MODELS:
                wanted.setdefault(field, set()).update(value for value in values if isinstance(value, int))
    asked = [
        select(literal(field).label("field"), MODELS[field].id, MODELS[field].name).where(MODELS[field].id.in_(ids))
        for field, ids in wanted.items()
        if ids
    ]
    if not asked:
        return {}
    return {(row.field, row.id): row.name for row in reading().all(union_all(*asked))}
