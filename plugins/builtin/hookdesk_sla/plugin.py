"""The plugin: plans, clocks, escalation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, url_for
from flask_babel import lazy_gettext as _

from hookdesk.api import (
    Actor,
    Due,
    Event,
    Job,
    NavItem,
    PageAssets,
    Plugin,
    SlotContent,
    TicketAction,
    TicketDraft,
    asked_for,
    clock,
    hookimpl,
)
from hookdesk_sla import (
    clocks,
    departments,
    firststeps,
    following,
    opening,
    renewing,
    rules,
    services,
    showing,
    watch,
)
from hookdesk_sla.settings import Settings
from hookdesk_sla.views import bp


class Sla(Plugin[Settings]):
    """SLA plans

    Promises first response, next response and resolution within working hours, keeps a clock for each ticket, warns, and escalates on time.
    """

    settings_type = Settings
    uses = ("filters", "topics", "calendars")

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Give a new ticket its plan and its clocks."""
        return opening.applied(draft)

    @hookimpl
    def sla_paused(self, ticket: Mapping[str, Any]) -> str | None:
        """Statuses in which the site waits for somebody else."""
        return str(ticket["status"]) if ticket["status"] in self.settings.pausing else None

    @hookimpl
    def sla_choices(self) -> Sequence[tuple[str, str]]:
        """Plans that are in use."""
        return [(rule.ref, rule.name) for rule in rules.every().values() if rule.is_active]

    @hookimpl
    def sla_label(self, ref: str) -> str | None:
        """The name of a plan."""
        return rules.label(ref) if ref.startswith(rules.PREFIX) else None

    @hookimpl
    def sla_due(self, ticket_ids: Sequence[int]) -> Mapping[int, Due]:
        """What the clocks say."""
        return showing.due(ticket_ids)

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """See that the watch knows of its clocks."""
        following.created(event)

    @hookimpl
    def entry_added(self, event: Event) -> None:
        """Responses and messages end and begin clocks."""
        following.entry_added(event)

    @hookimpl
    def ticket_changed(self, event: Event) -> None:
        """Some changes move deadlines."""
        following.changed(event)

    @hookimpl
    def configuration_changed(self, event: Event) -> None:
        """Changed hours move deadlines."""
        renewing.configured(event)

    @hookimpl
    def reference_uses(self, ref: str) -> Sequence[tuple[str, str]]:
        """Plans that name a schedule, and those whose escalation names an agent, a team or a priority."""
        return [(name, url_for("sla.plan", plan_id=plan_id)) for plan_id, name in services.naming(ref)]

    @hookimpl
    @asked_for(slot=["ticket.sidebar", "admin.department", "department.manage"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Plan and hours of a department, for administrators and for its manager; the clocks of a ticket."""
        if slot in ("admin.department", "department.manage"):
            context = departments.choices(actor, args["department"].id)
            return [SlotContent("sla/department.html", context)] if context else []
        if slot == "ticket.sidebar":
            return [SlotContent("sla/section.html", {"ticket": args["ticket"]}, order=30)]
        return []

    @hookimpl
    def ticket_actions(self, ticket: Mapping[str, Any], actor: Actor) -> Sequence[TicketAction]:
        """Make an open ticket overdue."""
        if ticket["state"] != "open" or ticket["due_at"] <= clock.now():
            return []
        return [TicketAction(str(_("Mark as overdue")), "sla.due_now", icon="sla", permission="ticket.edit", order=60)]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """All pages."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line in the admin panel."""
        if area != "admin":
            return []
        return [NavItem(area, str(_("SLA plans")), "sla.plans", icon="sla", group="Work", order=20, permission="admin")]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """A stylesheet for the admin panel, and one for the desk."""
        return [PageAssets(css=("sla.css",), face="admin"), PageAssets(css=("sla_desk.css",), face="desk")]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """The watch, which runs when something is due."""
        return [
            Job(
                services.RENEW,
                renewing.run,
                timedelta(minutes=10),
                _("Set clocks anew after a change of plans or hours"),
            ),
            Job(clocks.WATCH, watch.run, timedelta(minutes=5), _("Warn, tell of breaches, escalate"), watch.next_at),
        ]

    def on_enable(self) -> None:
        """Give a new site a plan to begin with."""
        firststeps.first_plan()
