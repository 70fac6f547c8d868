"""The plugin: a page of the admin panel that asks the guard in somebody's name."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import Actor, NavItem, NoSettings, PageAssets, Plugin, asked_for, hookimpl
from hookdesk_access.views import bp


class Access(Plugin[NoSettings]):
    """Who sees what

    Explains whether somebody sees a ticket and by which rule, and lets administrators look through other people's eyes.
    """

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The page of the admin panel."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("access.css",), face="admin")]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line among the people."""
        if area != "admin":
            return []
        return [
            NavItem(
                "admin", _("Who sees what"), "access.index", icon="eye", group="People", order=90, permission="admin"
            )
        ]
