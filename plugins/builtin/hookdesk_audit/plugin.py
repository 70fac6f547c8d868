"""The plugin: keeps what was set up differently, and shows it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import Actor, Event, NavItem, NoSettings, PageAssets, Plugin, asked_for, hookimpl
from hookdesk_audit import services
from hookdesk_audit.views import bp


class Audit(Plugin[NoSettings]):
    """Audit log

    Keeps who changed which setting, role, permission, plugin or person, from what to what. Rows are only ever added.
    """

    @hookimpl
    def configuration_changed(self, event: Event) -> None:
        """Keep a change."""
        services.keep(event)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("audit.css",), face="admin")]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line beside the system log."""
        if area != "admin":
            return []
        return [
            NavItem("admin", _("Audit log"), "audit.index", icon="shield", group="System", order=60, permission="admin")
        ]
