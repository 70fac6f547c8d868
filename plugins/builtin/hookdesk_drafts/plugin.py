"""The plugin: a place for drafts in the composer, in conditions, and a job that forgets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from hookdesk.api import (
    Actor,
    Event,
    Field,
    Job,
    NoSettings,
    PageAssets,
    Plugin,
    SlotContent,
    asked_for,
    hookimpl,
)
from hookdesk_drafts import queries, services
from hookdesk_drafts.views import bp


class Drafts(Plugin[NoSettings]):
    """Drafts

    What agents are writing is kept on the server within seconds, with its files: it survives a closed tab and waits in any other browser.
    """

    @hookimpl
    def criteria_fields(self) -> Sequence[Field]:
        """Drafts in conditions, for the queue of tickets on which one has begun to write."""
        return [queries.field()]

    @hookimpl
    @asked_for(slot=["ticket.composer"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """What stands in the composer."""
        if actor.agent_id is None or args.get("ticket") is None:
            return []
        return [SlotContent("drafts/draft.html", queries.begun(actor, args["ticket"], args["mode"]), order=90)]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """The script that keeps them."""
        return [PageAssets(js=("drafts.js",), face="desk")]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """Where they are kept."""
        return [bp]

    @hookimpl
    def entry_added(self, event: Event) -> None:
        """What was sent is no draft any more."""
        mode, agent_id = services.MODES.get(event.data["kind"]), event.data.get("agent_id")
        if mode and agent_id:
            services.sent(agent_id, services.place_of(event.data["ticket_id"], mode), event.happened_at)

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """The same for a ticket that an agent has opened."""
        if event.data.get("agent_id"):
            services.sent(event.data["agent_id"], services.NEW, event.happened_at)

    @hookimpl
    def ticket_changed(self, event: Event) -> None:
        """A ticket that is closed needs no drafts."""
        if event.data["what"] == "status":
            services.ended(event.data["ticket_id"], event.happened_at)

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """Forgetting."""
        return [Job("drafts.sweep", services.sweep, timedelta(hours=6), _l("Forget old drafts"))]
