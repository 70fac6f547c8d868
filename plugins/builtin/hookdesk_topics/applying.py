"""What a topic says about a new ticket, applied where nobody has decided yet; what has become unusable is left out, and told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, and_, case, not_, select

from hookdesk.api import (
    Agent,
    Department,
    FilteringHooks,
    Priority,
    RuleNote,
    Status,
    Team,
    TicketDraft,
    assignment,
    explain,
    note_rule,
    reading,
    site,
)
from hookdesk_topics import tree

WORDS = {
    "department_id": "the department", "priority_id": "the priority", "status_id": "the status", "assignee_id": "the agent",
    "team_id": "the team", "sla": "the SLA plan", "number": "the number format", "autoresponse": "no confirmation",
}  # fmt: skip


def applied(draft: TicketDraft) -> TicketDraft | None:
    """The draft with what its topic decides; one that comes without a topic gets the default one first."""
    node = tree.by_ref(draft.topic) if draft.topic else tree.default()
    if node is None:
        return None
    changes: dict[str, Any] = {} if draft.topic else {"topic": node.ref}
    given, left_out = _usable(_undecided(draft, node))
    if given.get("assignee_id") and not _may_have(
        given.get("department_id", draft.department_id), given["assignee_id"]
    ):
        left_out["assignee_id"] = "may not have tickets of that department"
        del given["assignee_id"]
    if draft.autoresponse and not node.answers:
        given["autoresponse"] = False
    _tell(node, draft, given, left_out)
    changes |= given
    return draft.replace(**changes) if changes else None


def _undecided(draft: TicketDraft, node: tree.Node) -> dict[str, Any]:
    """What the topic says and nobody has said before. An agent and a team go together: whoever chose one of them chose."""
    said = {name: node.decides[name] for name in ("department_id", "priority_id", "status_id")}
    if draft.assignee_id is None and draft.team_id is None:
        said |= {name: node.decides[name] for name in ("assignee_id", "team_id")}
    said |= {"sla": node.decides["sla_ref"], "number": node.decides["number_ref"]}
    return {name: value for name, value in said.items() if value and not getattr(draft, name)}


def _usable(said: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Of that, what can be used as it is now, and why the rest cannot."""
    given, left_out = dict(said), _problems(said)
    if "number" in given:
        given["number"] = site().hooks.first(FilteringHooks.number_format, ref=given["number"])
        if given["number"] is None:
            left_out["number"] = "is not there any more"
    return {name: value for name, value in given.items() if name not in left_out}, left_out


_NOT_IN_USE = "is not in use"
_CHECKS: Mapping[str, tuple[Any, Any]] = {
    "department_id": (Department, case((not_(Department.is_active), _NOT_IN_USE), else_="")),
    "status_id": (
        Status, case((not_(Status.is_active), _NOT_IN_USE), (Status.state != "open", "is for closed tickets"), else_=""),
    ),
    "priority_id": (Priority, case((not_(Priority.is_active), _NOT_IN_USE), else_="")),
    "assignee_id": (
        Agent, case((not_(Agent.is_active), "does not work here any more"), (Agent.on_vacation, "is on vacation"), else_=""),
    ),
    "team_id": (Team, case((not_(Team.is_active), _NOT_IN_USE), else_="")),
}  # fmt: skip


def _problems(said: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with departments, agents and the like, in one query."""

    def asked(name: str) -> Select[Any]:
        model, problem = _CHECKS[name]
        return select(problem).where(model.id == said[name])

    wanted = {name: asked(name).scalar_subquery().label(name) for name in said if name in _CHECKS}
    row = reading().first(select(*wanted.values())) if wanted else None
    return {name: problem for name, problem in row._mapping.items() if problem} if row is not None else {}


def _may_have(department_id: int | None, agent_id: int) -> bool:
    """Whether the rule of the department, or of the default one, lets the agent have its tickets."""
    if department_id is None:
        department_id = reading().scalar(select(Department.id).where(and_(Department.is_default, Department.is_active)))
    return department_id is None or assignment.allows(reading(), department_id, agent_id)


def _tell(node: tree.Node, draft: TicketDraft, given: Mapping[str, Any], left_out: Mapping[str, str]) -> None:
    """Name each thing in the trace."""
    which = f"topic '{node.label}'" + ("" if draft.topic else ", the default one,")
    words = [WORDS[name] for name in given]
    sets = f"sets {_listed(words)}" if words else "" if draft.topic else "is given"
    lacks = ", ".join(f"{WORDS[name]} {problem}" for name, problem in left_out.items())
    outcome = "; ".join(filter(None, (sets, f"left out: {lacks}" if lacks else "")))
    if outcome:
        explain(f"{which} {outcome}")
    if left_out:
        note_rule(RuleNote(node.ref, node.label, 1, matched=True, outcome=outcome))


def _listed(words: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last
