"""The plugin: the requesters' pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from hookdesk.api import (
    Actor,
    ActorKind,
    Event,
    NavItem,
    PageAssets,
    Plugin,
    Recipient,
    Slot,
    SlotContent,
    TicketView,
    asked_for,
    hookimpl,
    permitted,
)
from hookdesk_portal import links, services
from hookdesk_portal.hookspecs import PortalHooks
from hookdesk_portal.settings import Settings
from hookdesk_portal.views import bp


class Portal(Plugin[Settings]):
    """Portal

    The requesters' pages: open a ticket, come back to it by a mailed link, read it and answer.
    """

    settings_type = Settings
    hookspecs = (PortalHooks,)
    uses = ("desk",)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """All pages from / on."""
        return [bp]

    @hookimpl
    @asked_for(area=["portal"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """The links in the portal's head."""
        if area != "portal":
            return []
        known = actor.kind in (ActorKind.REQUESTER, ActorKind.GUEST)
        own = NavItem(area, _("My tickets"), "portal.tickets", order=30)
        return [
            NavItem(area, _("Home"), "portal.home", order=10),
            NavItem(area, _("Open a ticket"), "portal.open_form", order=20),
            own if known else NavItem(area, _("Check a ticket"), "portal.check", order=30),
        ]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """What the theme does not have."""
        return [PageAssets(css=("portal.css",), js=("portal.js",), face="portal")]

    @hookimpl
    def slots(self) -> Sequence[Slot]:
        """Where other plugins add to the portal's pages."""
        return [
            Slot(
                "portal.hero",
                (),
                "At the top of the first page, below its greeting: the search box of a knowledge base.",
            ),
            Slot(
                "portal.subject",
                (),
                "Below the subject of a new ticket, inside the form: what may answer it before it is sent.",
            ),
            Slot("portal.open", (), "Beside the form for a new ticket: what may spare somebody the writing."),
            Slot("portal.sent", ("number",), "After a ticket was opened: what else to say; `number` is its number."),
            Slot("portal.ticket", ("ticket",), "Sections beside a ticket, as its requester sees it."),
        ]

    @hookimpl
    def ticket_url(self, ticket: TicketView, recipient: Recipient) -> str | None:
        """A link that shows a participant the ticket without an account."""
        if recipient.agent_id is not None or recipient.user_id is None:
            return None
        return links.address(ticket.id, recipient.user_id, recipient.address)

    @hookimpl
    def ticket_link_requested(self, event: Event) -> None:
        """Mail the link."""
        services.mail_link(event)

    @hookimpl
    def permission_scope(self, actor: Actor) -> ColumnElement[bool] | None:
        """Who came by a mailed link sees its ticket until the links are ended."""
        return services.still_admitted(actor)

    @hookimpl
    @asked_for(slot=["ticket.sidebar"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Beside a ticket in the desk: ending its links."""
        if slot != "ticket.sidebar" or not permitted(actor, "ticket.edit", args["ticket"]):
            return []
        return [SlotContent("portal/end_links.html", {"ticket": args["ticket"]}, order=60)]
