"""The plugin: account managers, followers, and the contacts' page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import Actor, ActorKind, NavItem, NoSettings, Plugin, TicketDraft, asked_for, hookimpl
from hookdesk_organizations import services
from hookdesk_organizations.views import bp


class Organizations(Plugin[NoSettings]):
    """Organizations

    Gives a new ticket to its organization's account manager, lets the organization's members follow it, and shows primary contacts a page
    of their organization in the portal.
    """

    uses = ("accounts",)

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Assign the account manager if nobody else was chosen; add who follows."""
        return services.applied(draft)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The page."""
        return [bp]

    @hookimpl
    @asked_for(area=["portal"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A link for primary contacts who are signed in."""
        if area != "portal" or actor.kind is not ActorKind.REQUESTER or not actor.is_primary_contact:
            return []
        return [NavItem(area, _("Organization"), "organizations.page", order=40)]
