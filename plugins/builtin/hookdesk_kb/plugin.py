"""The plugin: answers that people find before they write, and that agents send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _

from hookdesk.api import Actor, Event, NavItem, PageAssets, PaletteItem, Plugin, SlotContent, asked_for, hookimpl
from hookdesk_kb import access, placing, search, shelf, voting
from hookdesk_kb.settings import Settings
from hookdesk_kb.views import bp


class Kb(Plugin[Settings]):
    """Knowledge base

    Articles that answer questions before they are asked: on the portal, below the subject of a new ticket, and in agents' replies.
    """

    settings_type = Settings
    uses = ("topics", "portal", "desk", "palette")

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of portal and desk."""
        return [bp]

    @hookimpl
    def permissions(self) -> Sequence[tuple[str, str, str]]:
        """Who writes. Every agent reads."""
        return [(access.MANAGE, _("Write articles and keep their categories"), _("Knowledge base"))]

    @hookimpl
    @asked_for(area=["desk.rail", "portal"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A link in the desk's rail, and one on the portal once there is something to read."""
        if area == "desk.rail" and actor.is_agent:
            return [NavItem(area, _("Knowledge base"), "kb.index", icon="book", order=30)]
        if area == "portal" and access.library(actor).articles:
            return [NavItem(area, _("Help"), "kb.home", order=15)]
        return []

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """Stylesheets, and the portal's script."""
        return [
            PageAssets(css=("kb_text.css", "kb.css"), js=("kb.js",), face="portal"),
            PageAssets(css=("kb_text.css", "kb_desk.css"), face="desk"),
        ]

    @hookimpl
    @asked_for(slot=placing.SLOTS)
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Search and articles on the portal, suggestions below a subject; in the desk, what goes into a reply or comes from one."""
        return placing.content(slot, actor, args)

    @hookimpl
    def palette_items(self, actor: Actor, query: str) -> Sequence[PaletteItem]:
        """Articles that fit what was typed."""
        if query[0] in "#@" or not actor.is_agent:
            return []
        known = shelf.kept().articles
        items = [known[hit.article_id] for hit in search.find(actor, query, most=5) if hit.article_id in known]
        return [
            PaletteItem(
                item.said().title,
                url_for("kb.desk_article", article_id=item.id),
                _("Articles"),
                "book",
                shelf.kept().label(item.category_id),
                order=300,
            )
            for item in items
        ]

    @hookimpl
    def reference_uses(self, ref: str) -> Sequence[tuple[str, str]]:
        """Articles that belong to a help topic."""
        return [
            (item.said().title, url_for("kb.desk_article", article_id=item.id))
            for item in shelf.kept().articles.values()
            if ref in item.topics
        ]

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, Any]]:
        """Whether articles helped somebody, and what they said."""
        found = voting.records(user_id)
        return [("kb_votes", found)] if found else []

    @hookimpl
    def users_merged(self, event: Event) -> None:
        """Give the survivor what the other said."""
        voting.merge(event.data["survivor_id"], event.data["merged_id"])

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Forget what somebody said."""
        voting.forget(event.data["user_id"])
