"""The plugin: the agents' pages, their links, and what an agent chose for a caller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import (
    Actor,
    NavItem,
    PageAssets,
    Plugin,
    Recipient,
    Slot,
    TicketDraft,
    TicketView,
    absolute_url,
    asked_for,
    hookimpl,
)
from hookdesk_desk import opening, preferences, queues
from hookdesk_desk.hookspecs import DeskHooks
from hookdesk_desk.settings import Settings
from hookdesk_desk.views import bp


class Desk(Plugin[Settings]):
    """Desk

    The agents' pages: queues, the ticket page with reply and internal note, new tickets for callers, the agent's own profile.
    """

    settings_type = Settings
    hookspecs = (DeskHooks,)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """All pages below /agent."""
        return [bp]

    @hookimpl
    @asked_for(area=["desk.sidebar", "desk.rail", "account"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """The desk in the rail, its queues in the sidebar, the profile in the person's own menu."""
        if not actor.is_agent:
            return []
        if area == "desk.sidebar":
            bin_link = NavItem(area, _("Bin"), "desk.bin", icon="trash", order=900, permission="ticket.delete")
            return [*queues.nav_items(actor), bin_link]
        if area == "desk.rail":
            return [NavItem(area, _("Tickets"), "desk.queue", args={"queue": ""}, icon="ticket", order=10)]
        if area == "account":
            return [NavItem(area, _("Your profile"), "desk.profile", icon="user", order=10)]
        return []

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """The desk's own script: news in the list, the place where one was, what one was writing."""
        return [PageAssets(css=("desk.css",), js=("desk.js", "composer.js"), face="desk")]

    @hookimpl
    def slots(self) -> Sequence[Slot]:
        """Where other plugins add to the desk's pages."""
        return [
            Slot(
                "ticket.header",
                ("ticket",),
                "Below the subject of a ticket: a chip or a short line on what matters now.",
            ),
            Slot(
                "ticket.sidebar",
                ("ticket",),
                "Sections of the panel beside a ticket, below its properties and its requester.",
            ),
            Slot(
                "ticket.requester",
                ("ticket", "address"),
                'Beside who asked (`address` is their mail address, or ""): what an agent should know before answering.',
            ),
            Slot(
                "ticket.properties",
                ("ticket",),
                "Rows (`<dt>` and `<dd>`) at the end of a ticket's properties.",
            ),
            Slot(
                "ticket.menu",
                ("ticket",),
                "Items (`.menu-item`) of a ticket's menu, for what is more than one button (that is `ticket_actions`).",
            ),
            Slot(
                "ticket.entry",
                ("ticket", "entry"),
                "Items (`.menu-item`) of the menu of one message, reply or note (`entry` has `id`, `kind`, `author` and `created_at`).",
            ),
            Slot("ticket.thread.after", ("ticket",), "At the end of a ticket's thread, above the composer."),
            Slot(
                "ticket.composer",
                ("ticket", "mode"),
                'Tools below the text of a reply or note (`mode` is "reply" or "note").',
            ),
            Slot("ticket.new.answer", (), "Tools below the first answer in the form for a new ticket."),
            Slot(
                "queue.toolbar", ("trail",), "Above a list, behind the quick filters (`trail` is its queue and order)."
            ),
            Slot("queue.bulk", ("trail",), "Below a list: what takes the footer's place while rows are selected."),
            Slot("agent.profile", (), "Sections of an agent's own page: the password, second factors, sessions."),
        ]

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, Any]]:
        """How an agent wants the desk to be."""
        return [("desk", chosen)] if (chosen := preferences.record(user_id)) else []

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Let a ticket for a caller go where the agent said."""
        return opening.as_chosen(draft)

    @hookimpl
    def ticket_url(self, ticket: TicketView, recipient: Recipient) -> str | None:
        """The desk's page of a ticket, for agents."""
        return absolute_url("desk.ticket", number=ticket.number) if recipient.agent_id is not None else None
