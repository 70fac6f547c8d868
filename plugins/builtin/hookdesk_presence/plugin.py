"""The plugin: who else is at a ticket, on its page and in lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint

from hookdesk.api import Actor, ListColumn, NoSettings, PageAssets, Plugin, SlotContent, asked_for, hookimpl
from hookdesk_presence import lists, store
from hookdesk_presence.views import bp


class Presence(Plugin[NoSettings]):
    """Presence

    Shows which agents look at a ticket right now and who writes an answer, so that no two do the same work. It locks nothing.
    """

    depends = ("desk",)
    uses = ("queues",)

    @hookimpl
    @asked_for(slot=["ticket.header", "ticket.composer", "queue.toolbar"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Below a ticket's subject, and beside the button that sends."""
        if slot == "queue.toolbar":
            return [SlotContent("presence/list.html", order=90)]
        if slot == "ticket.composer":
            return [SlotContent("presence/writing.html", order=90)] if args["mode"] == "reply" else []
        ticket = args["ticket"]
        people = store.others(actor, [ticket.id]).get(ticket.id, [])
        return [SlotContent("presence/header.html", {"ticket": ticket, "people": people}, order=90)]

    @hookimpl
    def list_columns(self) -> Sequence[ListColumn]:
        """A mark in lists (declared by queues)."""
        return lists.columns()

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """Where pages report."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """What reports, and how it looks."""
        return [PageAssets(css=("presence.css",), js=("presence.js",), face="desk")]
