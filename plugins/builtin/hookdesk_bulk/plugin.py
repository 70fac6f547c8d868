"""The plugin: the bar below lists, the pages of runs, the box's own actions, and the job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from hookdesk.api import Actor, BulkAction, Job, NoSettings, PageAssets, Plugin, Slot, SlotContent, asked_for, hookimpl
from hookdesk_bulk import actions, bar, running, services
from hookdesk_bulk.hookspecs import BulkHooks
from hookdesk_bulk.views import bp


class Bulk(Plugin[NoSettings]):
    """Many tickets at once

    Lets agents change selected tickets, or all of a list, in one go: with progress, the reasons for those that stayed, and undo.
    """

    hookspecs = (BulkHooks,)
    depends = ("desk",)

    @hookimpl
    def bulk_actions(self) -> Sequence[BulkAction]:
        """The box's own actions."""
        return actions.OWN

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of runs."""
        return [bp]

    @hookimpl
    @asked_for(slot=["queue.bulk"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """The bar for selected rows."""
        return [SlotContent("bulk/bar.html", bar.context(actor, args["trail"]))]

    @hookimpl
    def slots(self) -> Sequence[Slot]:
        """Where other plugins add what leads elsewhere; what changes tickets is an action."""
        return [
            Slot("bulk.menu", ("trail",), "In the menu for selected rows: buttons with a `formaction` of their own.")
        ]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """A dialog for what an action asks, and how the bar looks."""
        return [PageAssets(css=("bulk.css",), js=("bulk.js",), face="desk")]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Works on runs, and forgets old ones."""
        return [
            Job(services.JOB, running.run_some, timedelta(minutes=1), _l("Change many tickets at once")),
            Job("bulk.forget", services.forget_old, timedelta(hours=24), _l("Forget what was done with many tickets")),
        ]
