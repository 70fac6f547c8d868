"""What a topic's form offers: departments, statuses, agents and the like, and what other plugins have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from hookdesk.api import Agent, Department, FilteringHooks, Priority, SlaHooks, Status, Team, reading, shown_name, site
from hookdesk_topics import tree
from hookdesk_topics.forms import TopicForm

MOST = 500


def fill(form: TopicForm, found: Sequence[tree.Node], node: tree.Node | None) -> None:
    """Give each menu its choices. What the topic has now stays among them, whatever has become of it."""
    below = [one for one in found if node is None or not tree.is_below(found, one.id, node.id)]
    form.parent_id.choices = [("", _("None: it stands at the top")), *((one.id, one.label) for one in below)]
    now = node.own._mapping if node else {}
    nothing = ("", _("As the parent topic, or the default"))
    nobody = ("", _("As the parent topic, or nobody"))
    form.department_id.choices = [nothing, *departments(now.get("department_id"))]
    form.priority_id.choices = [nothing, *priorities(now.get("priority_id"))]
    form.status_id.choices = [
        nothing,
        *_pairs(Status, and_(Status.is_active, Status.state == "open"), now.get("status_id"), Status.position),
    ]
    form.assignee_id.choices = [nobody, *_pairs(Agent, Agent.is_active, now.get("assignee_id"))]
    form.team_id.choices = [nobody, *_pairs(Team, Team.is_active, now.get("team_id"))]
    for field, offered in (
        (form.sla_ref, site().hooks.collect(SlaHooks.sla_choices)),
        (form.number_ref, site().hooks.collect(FilteringHooks.number_choices)),
    ):
        field.choices = [nothing, *offered]
        held = now.get(field.name)
        if held and held not in [value for value, _label in offered]:
            field.choices.append((held, _("Unavailable")))


def departments(also: int | None = None) -> list[Any]:
    """Id and name of each active department."""
    return _pairs(Department, Department.is_active, also)


def priorities(also: int | None = None) -> list[Any]:
    """Id and name of each priority, the least urgent first."""
    return _pairs(Priority, Priority.is_active, also, Priority.rank.desc())


def _pairs(model: Any, wanted: Any, also: int | None, order: Any = None) -> list[Any]:
    """Id and name of what is in use, and of the one that is chosen."""
    asked = select(model.id, model.name).where(or_(wanted, model.id == also))
    ordered = asked.order_by(*([] if order is None else [order]), model.name)
    return [(row.id, shown_name(row.name)) for row in reading().all(ordered.limit(MOST))]
