"""The plugin: a picker for names, who was mentioned, and the alert to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    AlertKind,
    EntryMark,
    Event,
    Field,
    FieldType,
    NoSettings,
    PageAssets,
    Plugin,
    SlotContent,
    Ticket,
    asked_for,
    hookimpl,
)
from hookdesk_mentions import services, showing
from hookdesk_mentions.models import Mention
from hookdesk_mentions.views import bp


class Mentions(Plugin[NoSettings]):
    """Mentions

    “@” and a name in a note or a reply calls that agent: they are told, and find the ticket in their queue of mentions until they have
    written something there or ticked it off.
    """

    @hookimpl
    def criteria_fields(self) -> Sequence[Field]:
        """Mentions in conditions: those that were not answered yet."""
        column = select(Mention.open_for).where(Mention.ticket_id == Ticket.id, Mention.open_for.is_not(None))
        return [
            Field(
                "mention", _("Mentions"), FieldType.CHOICE, column, "", is_many=True, read=lambda draft: (), is_early=False,
                group=_("Ticket"), mine="agent_id", owner=(Ticket.id, Mention.ticket_id),
            )
        ]  # fmt: skip

    @hookimpl
    def alert_kinds(self) -> Sequence[AlertKind]:
        """Being mentioned."""
        return [
            AlertKind(
                services.ALERT, _l("Mention"), _l("%(author)s mentioned you on a ticket."), ("named",), ("named",)
            )
        ]  # fmt: skip

    @hookimpl
    def entry_added(self, event: Event) -> None:
        """Look whom an agent's words mention, and what they answer."""
        services.note(event)

    @hookimpl
    def entry_marks(self, entries: Sequence[Any], actor: Actor) -> Sequence[EntryMark]:
        """Entries that call the reader."""
        return showing.marks(actor, entries)

    @hookimpl
    @asked_for(slot=["ticket.composer", "ticket.thread.after"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """A button in the composer, and what is to be answered below the thread."""
        if slot == "ticket.thread.after":
            return showing.below(actor, args["ticket"])
        return [SlotContent("mentions/button.html", args, order=30)]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """How names stand out."""
        return [PageAssets(css=("mentions.css",), js=("mentions.js",), face="desk")]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """What the picker asks for."""
        return [bp]
