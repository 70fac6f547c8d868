"""The plugin: what second factors have in common, and who must have one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from hookdesk.api import Actor, Duty, Event, NavItem, PageAssets, Plugin, SlotContent, asked_for, hookimpl
from hookdesk_two_factor import policy
from hookdesk_two_factor.hookspecs import TwoFactorHooks
from hookdesk_two_factor.settings import Settings
from hookdesk_two_factor.views import bp


class TwoFactor(Plugin[Settings]):
    """Second factors

    Shows agents which second factors they can set up for signing in, and lets administrators say who must.
    Each kind is a plugin of its own.
    """

    settings_type = Settings
    depends = ("auth_password",)
    hookspecs = (TwoFactorHooks,)

    @hookimpl
    def sign_in_duties(self, user_id: int, face: str) -> Sequence[Duty]:
        """To set one up, for agents who must have one and whose time of grace is over."""
        return policy.duties(user_id, self.settings) if face == "agent" else []

    @hookimpl
    @asked_for(slot=["page.banner"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Until when an agent has time, above each page but the one that it is about."""
        if slot != "page.banner" or not actor.is_agent or actor.viewer or request.endpoint == "two_factor.index":
            return []
        until = policy.time_left()
        return [SlotContent("two_factor/banner.html", {"until": until}, order=50)] if until else []

    # Factors are an agent's, and in a merge of users an agent is never the one who goes: nobody here needs `users_merged`.

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """Since when they were asked to set one up."""
        return [("asked for a second factor", policy.records(user_id))]

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Forget that they were asked."""
        policy.forget(event.data["user_id"])

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The agent's own page and the admin's."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the desk's face."""
        return [PageAssets(css=("two_factor.css",), face="desk")]

    @hookimpl
    @asked_for(area=["admin", "account"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line in an agent's own menu, and one in the admin panel."""
        if area == "account" and actor.is_agent:
            return [NavItem(area, _("Second factors"), "two_factor.index", icon="shield", order=45)]
        if area == "admin":
            label = _("Second factors")
            return [
                NavItem(area, label, "two_factor.overview", icon="shield", group="People", order=90, permission="admin")
            ]
        return []
