"""The plugin: queues of everybody and of each agent, their columns, and where they are changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import Actor, Field, NavItem, NoSettings, PageAssets, Plugin, SlotContent, asked_for, hookimpl
from hookdesk_desk.queues import QueueSet
from hookdesk_queues import fields, lists, shipped, slots
from hookdesk_queues.hookspecs import QueueHooks
from hookdesk_queues.views import bp


class Queues(Plugin[NoSettings]):
    """Queues

    Lists of tickets by any conditions, with columns, orders and filters of their own: administrators give them to everybody, agents to
    themselves.
    """

    depends = ("desk",)
    hookspecs = (QueueHooks,)

    @hookimpl
    def desk_sidebar(self, actor: Actor) -> QueueSet | None:
        """The queues of an agent."""
        return lists.of(actor)

    @hookimpl
    def criteria_fields(self) -> Sequence[Field]:
        """Whether an organization is very important."""
        return [fields.vip()]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages in the admin panel and in the desk."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin", "desk.sidebar"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """Where queues are changed: everybody's in the admin panel, one's own below them."""
        if area == "admin":
            return [NavItem(area, _("Queues"), "queues.index", icon="list", group="Work", order=10, permission="admin")]
        if area == "desk.sidebar" and actor.is_agent:
            return [NavItem(area, _("Change queues"), "queues.own", icon="gear", group=_("Personal"), order=10_000)]
        return []

    @hookimpl
    @asked_for(slot=["directory.organization"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """The mark of a very important organization."""
        return slots.content(slot, actor, args)

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """The looks of rows and cells, and of the editors."""
        return [PageAssets(css=("queues.css",))]

    def on_enable(self) -> None:
        """Give a new site its queues."""
        shipped.first_queues()
