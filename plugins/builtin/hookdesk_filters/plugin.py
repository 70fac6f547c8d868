"""The plugin: rules about new tickets, what they can do, their pages, jobs and commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, url_for
from flask_babel import gettext as _

from hookdesk.api import (
    Actor,
    Event,
    FilterAction,
    Health,
    Job,
    NavItem,
    NoSettings,
    PageAssets,
    Plugin,
    SlotContent,
    TicketDraft,
    asked_for,
    hookimpl,
)
from hookdesk_filters import actions, deciding, dryrun, files, links, lint, mails, tidying
from hookdesk_filters.hookspecs import FilterHooks
from hookdesk_filters.views import bp

if TYPE_CHECKING:
    from click import Command


class Filters(Plugin[NoSettings]):
    """Filters

    Rules about new tickets, whatever way they come: where they belong, who gets them, which are turned away. Each can be tried on
    past tickets before it is saved.
    """

    hookspecs = (FilterHooks,)

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Ask the active rules, in their order."""
        return deciding.applied(draft)

    @hookimpl
    def rule_links(self, refs: Sequence[str], actor: Actor) -> Sequence[tuple[str, str]]:
        """The rules' own pages, for administrators."""
        return links.of(refs) if actor.is_admin else []

    @hookimpl
    def filter_actions(self) -> Sequence[FilterAction]:
        """What rules can do out of the box."""
        return actions.builtin()

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """Send the mails of the rules that matched."""
        mails.follow_up(event)

    @hookimpl
    def intake_settled(self, event: Event) -> None:
        """The same for what was turned away."""
        if event.data["outcome"] in ("rejected", "quarantined"):
            mails.follow_up(event)

    @hookimpl
    def reference_uses(self, ref: str) -> Sequence[tuple[str, str]]:
        """The filters that name something."""
        return [(name, url_for("filters.edit", rule_id=rule_id)) for rule_id, name in files.referring(ref)]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line among what decides about new tickets."""
        if area != "admin":
            return []
        return [
            NavItem("admin", _("Filters"), "filters.index", icon="filter", group="Intake", order=30, permission="admin")
        ]

    @hookimpl
    @asked_for(slot=["admin.department"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Below a department's form: how many filters name it."""
        if slot != "admin.department":
            return []
        using = files.users("department", args["department"].id)
        return (
            [SlotContent("filters/used.html", {"using": using, "uses": f"department:{args['department'].id}"})]
            if using
            else []
        )

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("filters.css",), face="admin")]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Dry runs, and forgetting what is old."""
        return [
            Job(dryrun.JOB, dryrun.run_some, timedelta(minutes=5), _("Try filters on past tickets")),
            Job(
                tidying.JOB, tidying.forget, timedelta(days=1), _("Forget what filters did long ago, and old dry runs")
            ),
        ]

    @hookimpl
    def health_checks(self) -> Sequence[Health]:
        """A warning if a filter that is on cannot be asked."""
        return lint.health()

    @hookimpl
    def cli_commands(self) -> Sequence[Command]:
        """`hookdesk filters …`."""
        from hookdesk_filters.cli import COMMANDS  # click is slow to import, and few processes need it

        return COMMANDS
