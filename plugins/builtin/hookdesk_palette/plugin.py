"""The plugin: the palette's page, its script, and the link that opens it without a key."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import Actor, NavItem, NoSettings, PageAssets, PaletteItem, Plugin, SlotContent, asked_for, hookimpl
from hookdesk_palette import finding
from hookdesk_palette.hookspecs import PaletteHooks
from hookdesk_palette.views import bp


class Palette(Plugin[NoSettings]):
    """Command palette

    Ctrl+K in desk and admin panel: jump to a ticket, a queue, a person or a page, or do something with the ticket that is shown.
    """

    hookspecs = (PaletteHooks,)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The page of what was found, which the palette shows in parts."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """Script and looks, where agents work."""
        return [PageAssets(css=("palette.css",), js=("palette.js",), face=face) for face in ("desk", "admin")]

    @hookimpl
    @asked_for(area=["desk.rail"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A link in the rail, for whoever has no key at hand; the script finds by it where to ask."""
        if area != "desk.rail" or not actor.is_agent:
            return []
        return [NavItem(area, _("Jump to … (Ctrl+K)"), "palette.find", icon="search", order=5)]

    @hookimpl
    @asked_for(slot=["desk.keys"])
    def template_slot(self, slot: str) -> Sequence[SlotContent]:
        """Its key, in the list of keys."""
        return [SlotContent("palette/keys.html")] if slot == "desk.keys" else []

    @hookimpl
    def palette_items(self, actor: Actor, query: str) -> Sequence[PaletteItem]:
        """The ticket of a number, and every page that navigation offers."""
        return [*finding.by_number(actor, query), *finding.pages(query)]
