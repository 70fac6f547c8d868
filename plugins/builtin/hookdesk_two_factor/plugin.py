"""The plugin: what second factors have in common."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import Actor, NavItem, NoSettings, PageAssets, Plugin, hookimpl
from hookdesk_two_factor.hookspecs import TwoFactorHooks
from hookdesk_two_factor.views import bp


class TwoFactor(Plugin[NoSettings]):
    """Second factors

    Shows agents which second factors they can set up for signing in; each kind is a plugin of its own.
    """

    depends = ("auth_password",)
    hookspecs = (TwoFactorHooks,)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The agent's own page."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the desk's face."""
        return [PageAssets(css=("two_factor.css",), face="desk")]

    @hookimpl
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line in an agent's own menu."""
        if area != "account" or not actor.is_agent:
            return []
        return [NavItem("account", _("Second factors"), "two_factor.index", icon="shield", order=45)]
