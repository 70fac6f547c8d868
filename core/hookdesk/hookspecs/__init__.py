"""Core's hook specifications, one module a domain. They import types only."""

from hookdesk.hookspecs.auth import AuthHooks, TokenHooks
from hookdesk.hookspecs.intake import FilteringHooks, IntakeHooks
from hookdesk.hookspecs.notifications import NotificationHooks
from hookdesk.hookspecs.people import PeopleHooks
from hookdesk.hookspecs.sla import SlaHooks
from hookdesk.hookspecs.tickets import AccessHooks, TicketHooks
from hookdesk.hookspecs.web import RunningHooks, WebHooks

CORE_SPECS: tuple[type, ...] = (
    IntakeHooks,
    FilteringHooks,
    TicketHooks,
    SlaHooks,
    AccessHooks,
    AuthHooks,
    TokenHooks,
    PeopleHooks,
    NotificationHooks,
    WebHooks,
    RunningHooks,
)
"""Every specification class of core, in the order in which the reference shows them."""

__all__ = [
    "CORE_SPECS", "AccessHooks", "AuthHooks", "FilteringHooks", "IntakeHooks", "NotificationHooks", "PeopleHooks", "RunningHooks",
    "SlaHooks", "TicketHooks", "TokenHooks", "WebHooks",
]  # fmt: skip
