"""What a plan's form offers to choose from."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import Agent, Priority, SlaHooks, Team, reading, shown_name, site
from hookdesk_sla.escalation import recipient_name
from hookdesk_sla.rules import TARGETS, target_name

MOST = 300
Menu = list[tuple[str, str]]


def priorities() -> Menu:
    """Each priority, the most urgent first."""
    rows = reading().all(select(Priority.id, Priority.name).order_by(Priority.rank).limit(MOST))
    return [(str(row.id), shown_name(row.name)) for row in rows]


def schedules(now: str) -> Menu:
    """The schedules; what is set now is among them even if it is gone."""
    found = [("", _("As the department")), *site().hooks.collect(SlaHooks.calendar_choices)]
    return found if any(ref == now for ref, _name in found) else [*found, (now, _("Unavailable"))]


def targets() -> Menu:
    """The targets that a step may wait for."""
    return [("", _("Any target")), *((target, target_name(target)) for target in TARGETS)]


def acts(urgencies: Menu) -> list[tuple[str, Menu]]:
    """What a step may do, in groups: (label, [(act:to, name)])."""
    agents, teams = _active(Agent, "agent"), _active(Team, "team")
    groups = [(to, recipient_name(to)) for to in ("assignee", "team", "manager", "department")]
    return [
        (_("Tell"), [(f"notify:{to}", name) for to, name in [*groups, *agents]]),
        (_("Hand to"), [(f"assign:{to}", name) for to, name in [*teams, *agents]]),
        (_("Priority at least"), [(f"priority:{key}", name) for key, name in urgencies]),
    ]


def _active(model: Any, kind: str) -> Menu:
    """Agents or teams that are at work."""
    rows = reading().all(select(model.id, model.name).where(model.is_active).order_by(model.name).limit(MOST))
    return [(f"{kind}:{row.id}", row.name) for row in rows]
