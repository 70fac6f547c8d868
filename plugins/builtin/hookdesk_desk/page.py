"""The ticket page: all that its template shows, gathered in a handful of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.routing import BuildError

from hookdesk.api import (
    AccessHooks,
    Actor,
    FilteringHooks,
    TicketAction,
    TicketHooks,
    TicketView,
    current_actor,
    permitted,
    shown_name,
    site,
)
from hookdesk_desk import due, links, people, queues, settings, thread, trail
from hookdesk_desk.directory import Directory, Option, directory

Menu = list[tuple[str, str]]

PERMISSIONS = (
    "reply", "note", "assign", "release", "transfer", "refer", "edit", "mark_answered", "close", "delete",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the composer: `mode` "reply" or "note", the text, the status, why nothing was sent, files that are stored already."""

    mode: str = "reply"
    text: str = ""
    status: str = ""
    error: str = ""
    kept: Sequence[Mapping[str, Any]] = ()
    html: str = ""


def render(
    view: TicketView,
    *,
    written: Written | None = None,
    seen: thread.Seen | None = None,
    before: int | None = None,
    remote: bool = False,
    saved: str = "",
    section: str = "",
) -> str:
    """The page of a ticket that the guard has let through. What came after `seen` is marked as new, the panel's `section` stands open."""
    actor, places, way = current_actor(), directory(), trail.given(current_actor())
    can = {name: holds(actor, name, view) for name in PERMISSIONS}
    topic = _topic(view)
    written = written or Written(status=_suggested(places, view))
    return render_template(
        "desk/ticket.html",
        ticket=view,
        chip=due.chips([view]).get(view.id),
        thread=thread.read(view, actor, seen=seen, before=before, remote=remote),
        places=places,
        trail=way,
        people=people.of(actor, view, section == "referrals"),
        user_url=links.user_url(actor),
        organization_url=links.organization_url(actor),
        requester_url=queues.url(f"requester-{view.user_id}"),
        can=can,
        topic=topic,
        menus={**menus(places, view, actor, can), "topic": _topics(view, topic, actor) if can["edit"] else []},
        actions=_actions(actor, view),
        statuses=_statuses(places, view, can),
        written=written,
        saved=saved,
        section=section,
        remote=remote,
        is_own=view.assignee_id == actor.agent_id,
    )


def _topic(view: TicketView) -> str:
    """The name of the help topic; "" if there is none."""
    if not view.topic_ref:
        return ""
    return site().hooks.first(FilteringHooks.topic_label, ref=view.topic_ref) or str(_("unavailable"))


def _topics(view: TicketView, topic: str, actor: Actor) -> Menu:
    """The topics that the ticket may be given, and the one that it has."""
    offered = site().hooks.collect(FilteringHooks.topic_choices, actor=actor)
    menu = [("", str(_("No topic"))), *((choice.ref, choice.label) for choice in offered)]
    return menu if view.topic_ref in dict(menu) else [*menu, (view.topic_ref, topic)]


def _suggested(places: Directory, view: TicketView) -> str:
    """The status that a reply suggests: the settings' one, unless it would reopen or close the ticket by the way."""
    wanted = places.status(settings.current().reply_status)
    return wanted.key if wanted and wanted.state == view.state and wanted.key != view.status else ""


def _statuses(places: Directory, view: TicketView, can: Mapping[str, bool]) -> list[tuple[str, str]]:
    """What a reply may set: (key, words); the present one comes first."""
    allowed = [one for one in places.statuses if one.key != view.status and _may_set(one, view, can)]
    kept = [("", _("and leave it %(status)s", status=shown_name(view.status_name)))]
    return kept + [(one.key, _("and set %(status)s", status=one.name)) for one in allowed]


def holds(actor: Actor, act: str, view: TicketView) -> bool:
    """True if the actor holds the permission for an act on a ticket ("assign")."""
    return permitted(actor, f"ticket.{act}", view)


def _may_set(status: Option, view: TicketView, can: Mapping[str, bool]) -> bool:
    """Closing and reopening need their own permission."""
    return can["close"] if status.state != view.state else can["reply"]


def menus(places: Directory, view: TicketView, actor: Actor, can: Mapping[str, bool]) -> Mapping[str, Menu]:
    """What each property may be set to; what it is now is always among it, though it may no longer be chosen elsewhere."""
    agents = sorted(places.agents, key=lambda one: one.id != actor.agent_id)
    return {
        "status": _with_now(
            [(one.key, one.name) for one in places.statuses if one.key == view.status or _may_set(one, view, can)],
            view.status,
            shown_name(view.status_name),
        ),
        "priority": _with_now(
            [(one.key, one.name) for one in places.priorities], view.priority, shown_name(view.priority_name)
        ),
        "assignee": _with_now([*_nobody(_("Nobody"), view, can), *_by_id(agents)], view.assignee_id, view.assignee),
        "team": _with_now([*_nobody(_("None"), view, can), *_by_id(places.teams)], view.team_id, view.team),
        "department": _with_now(_by_id(places.departments), view.department_id, view.department_name),
    }


def _nobody(label: str, view: TicketView, can: Mapping[str, bool]) -> Menu:
    """The choice to take the ticket from an agent or a team: while the other keeps it, or for who may release it."""
    alone = view.assignee_id is None or view.team_id is None
    is_held = view.assignee_id is not None or view.team_id is not None
    return [] if alone and is_held and not can["release"] else [("", label)]


def _by_id(options: Iterable[Option]) -> Menu:
    """A menu of things that are known by their id."""
    return [(str(one.id), one.name) for one in options]


def _with_now(menu: Menu, now: int | str | None, name: str | None) -> Menu:
    """A menu with what is set now, even if that is switched off by now."""
    if now is None or any(key == str(now) for key, _name in menu):
        return menu
    return [*menu, (str(now), name or str(now))]


def _actions(actor: Actor, view: TicketView) -> list[Mapping[str, str]]:
    """Buttons that plugins add. One that leads nowhere is left out and counts as its plugin's error."""
    found = site().hooks.attributed(TicketHooks.ticket_actions, ticket=view.snapshot(), actor=actor)
    made: list[Mapping[str, str]] = []
    for plugin, action in sorted(found, key=lambda pair: pair[1].order):
        if action.permission and not _may(actor, action, view):
            continue
        try:
            url = url_for(action.endpoint, number=view.number)
        except BuildError as error:
            site().hooks.recorder.failed(plugin, "ticket_actions", error)
            continue
        made.append({"label": action.label, "url": url, "icon": action.icon, "confirm": action.confirm})
    return made


def _may(actor: Actor, action: TicketAction, view: TicketView) -> bool:
    """True if the actor may press a button on this ticket."""
    if not permitted(actor, action.permission, view):
        return False
    objection = site().hooks.veto(
        AccessHooks.permission_allowed, actor=actor, permission=action.permission, ticket=view.snapshot()
    )
    return objection is None
