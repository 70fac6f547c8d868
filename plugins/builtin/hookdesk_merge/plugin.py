"""The plugin: merging, linking and splitting on the ticket's page, in lists and in conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import (
    Actor,
    BulkAction,
    Field,
    NoSettings,
    Plugin,
    SlotContent,
    TicketDraft,
    asked_for,
    clock,
    directory,
    hookimpl,
    permitted,
    system,
)
from hookdesk_merge import lists, merging, related
from hookdesk_merge.models import Link
from hookdesk_merge.views import bp


class Merge(Plugin[NoSettings]):
    """Merging and linking

    Lets agents merge tickets into one, with 30 days to undo it, link those that have to do with each other, and split a message off.
    """

    depends = ("desk",)
    uses = ("bulk",)

    @hookimpl
    def permissions(self) -> Sequence[tuple[str, str, str]]:
        """One for all three."""
        return [(merging.PERMISSION, _("Merge, link and split tickets"), _("Tickets"))]

    @hookimpl
    def transition_allowed(self, ticket: Mapping[str, Any], actor: Actor, state: str) -> str | None:
        """A merged ticket stays closed: its conversation goes on elsewhere."""
        if ticket["merged_into_id"] is None or state == "closed":
            return None
        return str(_("It was merged into another ticket. Undo that first."))

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Link a ticket to the one that it goes on with."""
        if draft.follows is None:
            return None
        link = {"low_id": draft.follows, "kind": "link", "made_by": "Hookdesk", "made_at": clock.now()}
        return draft.with_rows(Link.__tablename__, link, ticket_column="high_id")

    @hookimpl
    def criteria_fields(self) -> Sequence[Field]:
        """Merged and linked tickets in conditions."""
        return lists.fields()

    @hookimpl
    def bulk_actions(self) -> Sequence[BulkAction]:
        """Merge the selected tickets."""
        return lists.actions()

    @hookimpl
    @asked_for(slot=["ticket.sidebar", "ticket.thread.after", "ticket.menu", "ticket.entry"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Items of two menus, a section beside the ticket, and below its thread where it goes on."""
        if slot not in ("ticket.menu", "ticket.entry", "ticket.sidebar", "ticket.thread.after") or not actor.is_agent:
            return []
        ticket = args["ticket"]
        may = permitted(actor, merging.PERMISSION, ticket)
        is_open = ticket.merged_into_id is None
        if slot == "ticket.sidebar":
            return related.beside(actor, ticket, may)
        if slot == "ticket.thread.after":
            return [] if is_open else [SlotContent("merge/merged.html", {"parent": related.parent(actor, ticket)})]
        if not (may and is_open) or (slot == "ticket.entry" and ticket.entry_count < 2):
            return []
        return [SlotContent("merge/menu.html" if slot == "ticket.menu" else "merge/entry.html")]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages."""
        return [bp]

    def on_enable(self) -> None:
        """Let whoever may change and close tickets merge them, until an administrator decides otherwise."""
        directory.extend_roles(system("merge"), {merging.PERMISSION: merging.LIKE})
