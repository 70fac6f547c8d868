"""The plugin: a link beside lists, the pages of exports, the job that writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import (
    Actor,
    Job,
    NoSettings,
    PageAssets,
    Plugin,
    SlotContent,
    asked_for,
    directory,
    hookimpl,
    system,
)
from hookdesk_export import services
from hookdesk_export.views import bp


class Export(Plugin[NoSettings]):
    """Export

    Writes the tickets of a list, or those that were selected, into a CSV or XLSX file with columns of one's choice; one ticket, with its
    files, into a ZIP file.
    """

    depends = ("bulk", "desk", "queues")

    @hookimpl
    def permissions(self) -> Sequence[tuple[str, str, str]]:
        """One, for the tickets of a department."""
        return [(services.PERMISSION, _("Export tickets"), _("Tickets"))]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages."""
        return [bp]

    @hookimpl
    @asked_for(slot=["queue.toolbar", "bulk.menu", "ticket.menu"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """A link above a list, a line in the menu for selected rows, and one in that of a ticket."""
        if slot == "ticket.menu":
            may = actor.may(services.PERMISSION, args["ticket"].department_id)
            return [SlotContent("export/menu.html", order=900)] if may else []
        if not actor.may(services.PERMISSION):
            return []
        return [SlotContent("export/link.html" if slot == "queue.toolbar" else "export/item.html", args, order=900)]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet."""
        return [PageAssets(css=("export.css",), face="desk")]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Writes files, and forgets them after a day."""
        return [
            Job(services.JOB, services.write_some, timedelta(minutes=1), _l("Write exports of tickets")),
            Job("export.forget", services.forget_old, timedelta(hours=1), _l("Let go of exports after a day")),
        ]

    def on_enable(self) -> None:
        """Let those export who hand out work."""
        directory.extend_roles(system("export"), {services.PERMISSION: services.LIKE})
