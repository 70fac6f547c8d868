"""The admin panel as a plugin: its pages, its navigation, and the banner that tells administrators what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import request

from hookdesk.api import (
    Actor,
    NavItem,
    NoSettings,
    PageAssets,
    Plugin,
    RunningHooks,
    Slot,
    SlotContent,
    WebHooks,
    asked_for,
    hookimpl,
)

if TYPE_CHECKING:
    from flask import Blueprint


class Admin(Plugin[NoSettings], WebHooks, RunningHooks):
    """Admin panel

    People, settings, plugins, themes, health, jobs, the intake ledger and the system log, for administrators.
    """

    capabilities = ("admin_panel",)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The panel's pages."""
        from hookdesk_admin import views  # noqa: F401  # registers the views on the blueprint
        from hookdesk_admin.blueprint import bp

        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """The panel's own stylesheet."""
        return [PageAssets(css=("panel.css",), face="admin")]

    @hookimpl
    def slots(self) -> Sequence[Slot]:
        """Where other plugins add to the pages of people."""
        return [
            Slot("admin.agents.actions", (), "Buttons above the list of agents."),
            Slot("admin.users.actions", (), "Buttons above the list of users."),
            Slot(
                "admin.agent.actions", ("agent",), "Buttons above an agent's page; `agent` has id, user_id, is_active."
            ),
            Slot(
                "admin.intake.actions",
                ("record",),
                "Buttons above an item of the intake ledger; `record` has its columns, without the raw bytes.",
            ),
            Slot("admin.user", ("user",), "Below a user's form: what other plugins know of them."),
            Slot("admin.department", ("department",), "Below a department's form, each part with a form of its own."),
            Slot(
                "admin.organization",
                ("organization",),
                "Below an organization's form (`organization` has an `id`): what other plugins know of it.",
            ),
        ]

    @hookimpl
    @asked_for(area=["desk.rail", "admin"])
    def nav_items(self, *, actor: Actor, area: str) -> Sequence[NavItem] | None:
        """The gear in the rail, and the panel's sidebar."""
        if not actor.is_admin or area not in ("desk.rail", "admin"):
            return None
        from hookdesk_admin.navigation import rail, sidebar

        return rail() if area == "desk.rail" else sidebar()

    @hookimpl
    @asked_for(slot=["admin.search", "page.banner"])
    def template_slot(self, *, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent] | None:
        """What is wrong, above each page; the search box above the sidebar."""
        if not actor.is_admin or slot not in ("page.banner", "admin.search"):
            return None
        if slot == "admin.search":
            return [SlotContent("admin/search.html")]
        if request.endpoint in ("admin.index", "admin.health"):
            return None  # these pages are about nothing else
        from hookdesk_admin.watch import notices

        found = notices()
        return [SlotContent("admin/banner.html", {"notices": found})] if found else None
