"""The plugin: limits on what comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.api import (
    Actor,
    Event,
    InboundMessage,
    NavItem,
    Plugin,
    TemplateKind,
    TicketDraft,
    Verdict,
    asked_for,
    hookimpl,
    setting,
)
from hookdesk_limits import notice, services
from hookdesk_limits.views import bp, is_listed_elsewhere


@dataclass(frozen=True)
class Settings:
    """How much one requester may ask for."""

    version: ClassVar[int] = 1
    open_tickets: int = setting(
        0,
        label=_l("Open tickets of one requester, at most"),
        help=_l(
            "0 for no limit. What agents open is never turned away; a mail beyond it is turned away, with the reason in the intake ledger."
        ),
        minimum=0,
        maximum=10_000,
    )
    tells_limit: bool = setting(
        False,
        label=_l("Tell requesters that they have reached it"),
        help=_l("Once, with the ticket that reaches it. The words are among the mail templates."),
    )


class Limits(Plugin[Settings]):
    """Limits

    Limits how many open tickets one requester has, and turns away what comes from blocked addresses and domains.
    """

    settings_type = Settings
    uses = ("accounts", "bans")

    @hookimpl
    def intake_screen(self, message: InboundMessage) -> Verdict | None:
        """Turn away blocked senders."""
        reason = services.blocked(message.sender_address)
        return Verdict.reject(reason) if reason else None

    @hookimpl
    def auth_account_refusal(self, address: str) -> str | None:
        """No account for them either."""
        return services.blocked(address)

    @hookimpl
    def unwelcome_senders(self, words: str, most: int) -> Sequence[Mapping[str, Any]]:
        """Ours in the list of all (declared by bans)."""
        return services.unwelcome(words, most)

    @hookimpl
    def ticket_problems(self, draft: TicketDraft) -> Sequence[str]:
        """Say that a requester has enough open tickets."""
        return services.problems(draft, self.settings.open_tickets)

    @hookimpl
    def template_kinds(self) -> Sequence[TemplateKind]:
        """What a requester is told who has reached the limit."""
        return [notice.KIND]

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """Tell them, if this ticket is the last one that they may have."""
        if self.settings.tells_limit and event.data.get("agent_id") is None:
            notice.tell(event, self.settings.open_tickets)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The list of blocked senders."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line in the admin panel, unless all senders who are turned away stand in one list of another plugin."""
        if area != "admin" or is_listed_elsewhere():
            return []
        return [
            NavItem(
                area, _("Blocked senders"), "limits.index", icon="lock", group="Intake", order=60, permission="admin"
            )
        ]
