"""What agents can do with many tickets: the box's own actions, and those of other plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import ActionField, Actor, BulkAction, site
from hookdesk_bulk import changes as do
from hookdesk_bulk.hookspecs import BulkHooks
from hookdesk_desk.directory import Option, directory

NOBODY = 0


def _choosing(
    name: str, label: str, what: str, choices: Callable[[], Iterable[tuple[Any, str]]], apply: Any, undo: Any, permission: str, icon: str
) -> BulkAction:  # fmt: skip
    """An action that asks for one thing of a list, under the name `to`."""
    fields = (ActionField("to", what, "choice", choices),)
    return BulkAction(name, label, apply, undo, fields=fields, permission=permission, icon=icon)


def _of(kind: str) -> Callable[[], Iterable[tuple[int, str]]]:
    """What the desk offers of a kind."""
    return lambda: _listed(getattr(directory(), kind))


def _listed(options: Sequence[Option]) -> list[tuple[int, str]]:
    """By id, for a menu."""
    return [(one.id, one.name) for one in options]


def _agents() -> list[tuple[int, str]]:
    """Everybody whom the desk offers, or nobody."""
    return [*_listed(directory().agents), (NOBODY, _("Nobody"))]


def _teams() -> list[tuple[int, str]]:
    """Every team, or none."""
    return [*_listed(directory().teams), (NOBODY, _("None"))]


def _others() -> list[tuple[str, str]]:
    """Those to whom a ticket can be shown, as "agent:3"."""
    places = directory()
    kinds = {"agent": places.agents, "team": places.teams, "department": places.departments}
    return [(f"{kind}:{one.id}", one.name) for kind, options in kinds.items() for one in options]


def _answers() -> list[tuple[int, str]]:
    """Answered or not."""
    return [(1, _("Answered")), (0, _("Not answered"))]


OWN = (
    BulkAction("claim", _l("Assign to me"), do.claim, do.unassign, permission="ticket.assign", icon="user"),
    _choosing("assign", _l("Assign"), _l("Agent"), _agents, do.assign, do.unassign, "ticket.assign", "user"),
    _choosing("status", _l("Status"), _l("Status"), _of("statuses"), do.status, do.status_back, "ticket.view", "s-open"),
    _choosing("priority", _l("Priority"), _l("Priority"), _of("priorities"), do.priority, do.priority_back, "ticket.edit", "p-high"),
    _choosing("team", _l("Team"), _l("Team"), _teams, do.team, do.unassign, "ticket.assign", "users"),
    _choosing("transfer", _l("Move"), _l("Department"), _of("departments"), do.transfer, do.transfer_back, "ticket.transfer", "building"),
    _choosing("refer", _l("Show to others"), _l("Who sees it"), _others, do.refer, do.withdraw, "ticket.refer", "eye"),
    _choosing("answered", _l("Answered"), _l("It is"), _answers, do.answered, do.answered_back, "ticket.mark_answered", "check"),
    BulkAction(
        "note", _l("Add a note"), do.note, permission="ticket.note", icon="note",
        fields=(ActionField("text", _l("Note"), "lines", hint=_l("Agents alone see it."), most=50_000),),
    ),
    BulkAction(
        "delete", _l("Delete"), do.delete, do.restore, permission="ticket.delete", icon="trash",
        confirm=_l("They go into the bin, from where they can be brought back for a while."),
    ),
)  # fmt: skip
"""The actions of the box, in the order of the bar."""


@dataclass(frozen=True, slots=True)
class Offered:
    """An action and the plugin that brings it."""

    action: BulkAction
    plugin: str


def known() -> dict[str, Offered]:
    """Every action by name; of two that have the same one, the first counts."""
    found: dict[str, Offered] = {}
    for plugin, action in site().hooks.attributed(BulkHooks.bulk_actions):
        found.setdefault(action.name, Offered(action, plugin))
    return found


def offered(actor: Actor) -> list[BulkAction]:
    """Those for which the actor holds the permission somewhere."""
    return [one.action for one in known().values() if _may(actor, one.action.permission)]


def _may(actor: Actor, permission: str) -> bool:
    """Seeing a ticket needs no permission; what counts elsewhere counts for tickets that were shown to the agent."""
    return permission == "ticket.view" or actor.may(permission) or permission in actor.elsewhere
