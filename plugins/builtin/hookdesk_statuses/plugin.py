"""The plugin: pages for statuses and priorities, and the jobs that follow a change of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import Actor, Job, NavItem, PageAssets, Plugin, SlotContent, asked_for, hookimpl, setting, statuses
from hookdesk_statuses import moves, portal
from hookdesk_statuses.views import RANKS, bp

RANKS_AT_ONCE = 500


@dataclass(frozen=True)
class Settings:
    """What holds for all statuses."""

    closing_needs_answer: bool = setting(
        False,
        label=_l("No closing without an answer"),
        help=_l("A ticket that waits for an agent has to be answered, or marked as answered, before it is closed."),
    )


class Statuses(Plugin[Settings]):
    """Statuses and priorities

    Lets an admin make, order and retire the statuses and priorities that tickets can have.
    """

    settings_type = Settings

    @hookimpl
    def transition_allowed(self, ticket: Mapping[str, Any], actor: Actor, state: str) -> str | None:
        """No closing without an answer, where the settings say so. Requesters may close their own, and jobs anything."""
        if state != "closed" or ticket["state"] == "closed" or ticket["is_answered"] or not actor.is_agent:
            return None
        told = _("Answer it first, or mark it as answered: no ticket is closed without an answer.")
        return str(told) if self.settings.closing_needs_answer else None

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Moving tickets, and telling them the rank of their priority."""
        return [
            Job(
                moves.JOB, moves.step, timedelta(hours=1), _l("Moves tickets away from a status or priority that goes")
            ),
            Job(
                RANKS,
                lambda: statuses.settle_ranks(RANKS_AT_ONCE),
                timedelta(hours=1),
                _l("Sorts tickets anew after priorities were"),
            ),
        ]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel, and what a button on the portal does."""
        return [bp, portal.bp]

    @hookimpl
    @asked_for(slot=["portal.ticket"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """The button beside a ticket on the portal."""
        return portal.button(args["ticket"], actor) if slot == "portal.ticket" else []

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line among what decides about tickets."""
        if area != "admin":
            return []
        return [
            NavItem(
                area,
                _("Statuses and priorities"),
                "statuses.index",
                icon="layers",
                group="Intake",
                order=30,
                permission="admin",
            )
        ]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("statuses.css",), face="admin")]
