"""The plugin: a section beside each ticket, and the page behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint

from hookdesk.api import Actor, Job, PageAssets, Plugin, SlotContent, asked_for, hookimpl
from hookdesk_why import retention, trace
from hookdesk_why.settings import Settings
from hookdesk_why.views import bp


class Why(Plugin[Settings]):
    """Why here?

    Shows beside each ticket how it came to be where it is: each decision in order, with plugin, rule, what was compared and the outcome.
    """

    settings_type = Settings
    uses = ("desk", "email_in")

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The full trace."""
        return [bp]

    @hookimpl
    @asked_for(slot=["ticket.sidebar", "email_in.rehearsal"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """The section beside a ticket, the trace of a mail that is looked at; the page that holds the slot has asked the guard."""
        if slot == "email_in.rehearsal" and actor.is_admin:
            return [SlotContent("why/steps.html", {"trace": trace.of_steps(args["steps"])})]
        if slot != "ticket.sidebar" or not actor.is_agent:
            return []
        return [SlotContent("why/section.html", order=50)]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the pages of the trace."""
        return [PageAssets(css=("why.css",), face=face) for face in ("desk", "admin")]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """What was compared is kept for a time."""
        return [
            Job(
                "why.compact",
                lambda: retention.compact(self.settings),
                timedelta(hours=6),
                "Drops old details of decisions.",
            )
        ]
