"""The plugin: our addresses, what they decide about new tickets, and how mail to them is treated."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, url_for
from flask_babel import gettext as _

from hookdesk.api import Actor, Event, Field, NavItem, NoSettings, Plugin, TicketDraft, asked_for, hookimpl
from hookdesk_email_in.hookspecs import MailPolicy
from hookdesk_mail_addresses import routing, rules, services
from hookdesk_mail_addresses.views import bp


class MailAddresses(Plugin[NoSettings]):
    """Mail addresses

    Knows your own addresses: mail to each goes to its department, with its help topic and priority, and is treated as you say.
    """

    depends = ("email_in",)
    uses = ("filters",)

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Apply what the address says at which a mail arrived."""
        return routing.applied(draft) if draft.channel == "email" else None

    @hookimpl
    def criteria_fields(self) -> Sequence[Field]:
        """At which address a ticket came in, in conditions."""
        return [rules.field()]

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """Show the ticket to the departments of the other addresses."""
        services.refer(event.data["ticket_id"])

    @hookimpl
    def mail_policy(self, address: str) -> MailPolicy | None:
        """What an administrator has stated."""
        row = services.kept().get(address)
        return MailPolicy(row.spoofed, row.collaborators, row.plus_addressing) if row is not None else None

    @hookimpl
    def knows_mailbox(self, address: str) -> bool | None:
        """What is listed is ours."""
        return address in services.kept() or None

    @hookimpl
    def own_addresses(self) -> Sequence[str]:
        """The same, for rules that send mail (declared by filters)."""
        return list(services.kept())

    @hookimpl
    def address_allowed(self, address: str) -> str | None:
        """An address of ours is nobody's own."""
        return services.why_not(address)

    @hookimpl
    def ticket_problems(self, draft: TicketDraft) -> Sequence[str]:
        """Nobody opens a ticket as one of our addresses: the answer would come back to us."""
        problem = services.why_not(draft.message.sender_address)
        return [problem] if problem else []

    @hookimpl
    def reference_uses(self, ref: str) -> Sequence[tuple[str, str]]:
        """Addresses that lead to something."""
        return [(row.address, url_for("mail_addresses.edit", address_id=row.id)) for row in services.using(ref)]

    @hookimpl
    def rule_links(self, refs: Sequence[str], actor: Actor) -> Sequence[tuple[str, str]]:
        """Administrators get from a trace to the address that decided."""
        if not actor.is_admin:
            return []
        known = {services.ref_of(row.id): row.id for row in services.kept().values()}
        return [(ref, url_for("mail_addresses.edit", address_id=known[ref])) for ref in refs if ref in known]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line among what decides about new tickets."""
        return [
            NavItem(
                area,
                _("Mail addresses"),
                "mail_addresses.index",
                icon="mail",
                group="Intake",
                order=15,
                permission="admin",
            )
        ]
