"""The plugin: banned senders at the intake, on the ticket's page, on a user's page and in a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import (
    Actor,
    InboundMessage,
    NavItem,
    Notification,
    Plugin,
    SlotContent,
    Verdict,
    asked_for,
    hookimpl,
    people,
    setting,
)
from hookdesk_bans import services
from hookdesk_bans.hookspecs import BanHooks
from hookdesk_bans.views import bp


@dataclass(frozen=True)
class Settings:
    """What becomes of their messages."""

    outcome: str = setting(
        "reject",
        label=_l("What banned senders write"),
        help=_l("Either way it makes no ticket, and can be looked at and let in under Inbound."),
        choices=(("reject", _l("Is turned away")), ("quarantine", _l("Is kept aside for an administrator"))),
    )


class Bans(Plugin[Settings]):
    """Banned senders

    Turns away what certain addresses and domains send, and says so beside their tickets.
    """

    settings_type = Settings
    hookspecs = (BanHooks,)
    uses = ("accounts", "desk", "directory")

    @hookimpl
    def intake_screen(self, message: InboundMessage) -> Verdict | None:
        """Nothing of theirs comes in."""
        found = services.against(message.sender_address)
        if found is None:
            return None
        reason = services.reason(found)
        told = _("Messages from this address are not taken.")
        turned = Verdict.quarantine if self.settings.outcome == "quarantine" else Verdict.reject
        return turned(reason, told)

    @hookimpl
    def auth_account_refusal(self, address: str) -> str | None:
        """No account for them either (declared by accounts)."""
        found = services.against(address)
        return services.reason(found) if found else None

    @hookimpl
    def notify_allowed(self, notification: Notification) -> str | None:
        """Nothing is sent to requesters there either; agents are not banned."""
        recipient = notification.recipient
        found = services.against(recipient.address) if recipient.agent_id is None else None
        return f"{found.value} is banned" if found else None

    @hookimpl
    @asked_for(slot=["ticket.menu", "ticket.requester", "directory.user"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Beside the requester of a ticket, in its menu, and on a user's page."""
        may = actor.may(services.PERMISSION)
        if slot == "ticket.menu":
            return [SlotContent("bans/menu.html")] if may else []
        if slot == "ticket.requester":
            found = services.against(args["address"])
            return [SlotContent("bans/warning.html", {"ban": found, "may": may})] if found else []
        address = people.primary_address(args["user"].id) or ""
        about = {"ban": services.against(address), "address": address, "may": may}
        return [SlotContent("bans/user.html", about)] if address else []

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line in the admin panel."""
        return [
            NavItem(area, _("Banned senders"), "bans.index", icon="lock", group="Intake", order=60, permission="admin")
        ]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages."""
        return [bp]
