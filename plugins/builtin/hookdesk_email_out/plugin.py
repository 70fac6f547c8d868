"""The plugin: which events become mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, url_for
from flask_babel import lazy_gettext as _

from hookdesk.api import (
    Actor,
    EntryMark,
    Event,
    FilterAction,
    Health,
    Job,
    MailChannel,
    NavItem,
    PageAssets,
    Plugin,
    SlotContent,
    TicketView,
    asked_for,
    hookimpl,
)
from hookdesk_email_out import (
    alarms,
    bounces,
    deliveries,
    errors,
    health,
    persons,
    recipients,
    rules,
    sending,
    services,
    slots,
    telling,
)
from hookdesk_email_out.accounts import store
from hookdesk_email_out.hookspecs import OutgoingHooks
from hookdesk_email_out.occasions import occasion
from hookdesk_email_out.settings import Settings
from hookdesk_email_out.views import bp

CHANGES = {
    "assignee": ("assigned",),
    "team": ("assigned", _("A ticket was assigned to your team.")),
    "department": ("transferred",),
}
"""What has changed on a ticket → the alert that tells it, and its headline if that is another."""


class EmailOut(Plugin[Settings]):
    """Outgoing mail

    Mails replies to requesters, confirms new tickets and alerts agents over SMTP, with retries and a queue that you can see.
    """

    settings_type = Settings
    hookspecs = (OutgoingHooks,)
    uses = ("auth_password", "filters", "topics", "desk", "directory", "admin", "email_in")

    @hookimpl
    def own_addresses(self) -> Sequence[str]:
        """The addresses that mail is sent from: what is mailed there comes back in."""
        return [one.address for one in store.everyone()]

    @hookimpl
    def ticket_created(self, event: Event) -> None:
        """Confirm to the requester; tell agents."""
        about = occasion(event)
        if about is None:
            return
        if event.data.get("autoresponse"):
            telling.opened(self.settings, about)
        if event.data.get("alert"):
            telling.alert(self.settings, about, "new_ticket")

    @hookimpl
    def person_records(self, user_id: int) -> Sequence[tuple[str, object]]:
        """The mails that were written to them, and of what they want to be told."""
        return [("mails", persons.mails_to(user_id)), ("wish for alerts", persons.wish(user_id))]

    @hookimpl
    def person_erased(self, event: Event) -> None:
        """Drop the mails that were written to them, and those about their tickets."""
        persons.forget(event.data["user_id"], event.data["addresses"])

    @hookimpl
    def entry_added(self, event: Event) -> None:
        """A response goes to the requester's side, a message to the agents and the other participants, a note to nobody but agents."""
        about = occasion(event)
        if about is None or about.entry is None or not event.data.get("notify"):
            return
        if about.entry.kind == "message":
            if event.data.get("user_id") and event.data.get("channel") == "email":
                bounces.heard_from(event.data["user_id"])
            telling.written(self.settings, about)
            telling.alert(self.settings, about, "message")
            return
        if about.entry.kind == "response" and event.data.get("user_id") is None:
            telling.answered_by_rule(about)
            return
        if about.entry.kind == "response":
            services.promise(about, "reply", recipients.others(about))
        telling.alert(self.settings, about, "activity")

    @hookimpl
    def delivery_failed(self, event: Event) -> None:
        """Mark the mail that came back."""
        bounces.reported(event)

    @hookimpl
    def channel_alarm_raised(self, event: Event) -> None:
        """Tell administrators, over an account that works (declared by email_in)."""
        alarms.tell(event)

    @hookimpl
    def mail_channels(self) -> Sequence[MailChannel]:
        """The accounts (declared by email_in)."""
        return alarms.channels()

    @hookimpl
    def entry_marks(self, ticket: TicketView) -> Sequence[EntryMark]:
        """How the mails of each entry fared."""
        return deliveries.marks(ticket)

    @hookimpl
    def resend_requested(self, event: Event) -> None:
        """The reply goes once more to those who were chosen."""
        about = occasion(event)
        if about is not None and about.entry is not None:
            chosen = [one for one in recipients.everybody(about) if one.user_id in event.data["user_ids"]]
            services.promise(about, "reply", chosen)

    @hookimpl
    def ticket_changed(self, event: Event) -> None:
        """Tell agents that a ticket is now theirs, their team's or their department's."""
        what, after = event.data.get("what"), event.data.get("after")
        if what not in CHANGES or after is None:
            return
        about = occasion(event)
        if about is None or getattr(about.ticket, f"{what}_id") != after:  # it has moved on meanwhile
            return
        telling.alert(self.settings, about, *CHANGES[what])

    @hookimpl
    def sla_warned(self, event: Event) -> None:
        """Tell agents that a ticket is due soon."""
        about = occasion(event)
        if about is not None:
            telling.due(self.settings, about, "due_soon")

    @hookimpl
    def sla_breached(self, event: Event) -> None:
        """Tell agents that a ticket is overdue."""
        about = occasion(event)
        if about is not None:
            telling.due(self.settings, about, "overdue")

    @hookimpl
    def sla_escalated(self, event: Event) -> None:
        """Tell the agents whom a plan's step names."""
        about = occasion(event)
        if about is not None:
            telling.escalated(about)

    @hookimpl
    def notice_raised(self, event: Event) -> None:
        """Tell agents, as the matrix says of that alert, or the requester."""
        about = occasion(event)
        if about is not None:
            telling.raised(self.settings, about)

    @hookimpl
    def mail_secret(self, key: str, address: str, name: str, subject: str, text: str, html: str = "") -> bool:
        """Mail what belongs to no ticket for whoever asks: a sign-in link, news of a task."""
        return services.promise_secret(key, address, name, subject, text, html)

    @hookimpl
    def filter_actions(self) -> Sequence[FilterAction]:
        """Send the requester a message of the admin's making (declared by filters)."""
        return [rules.action(self.settings)]

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """The sender, and the one that tells of errors."""
        return [
            Job(services.SEND, lambda: sending.send_due(self.settings), timedelta(seconds=15), _("Send waiting mail")),
            Job(
                "email_out.errors",
                lambda: errors.tell(self.settings),
                timedelta(minutes=5),
                _("Tell administrators of errors"),
            ),
        ]

    @hookimpl
    def reference_uses(self, ref: str) -> Sequence[tuple[str, str]]:
        """Accounts that sign in with a token of another plugin."""
        using = [one for one in store.everyone() if ref and one.token_ref == ref]
        return [(one.name, url_for("email_out.account", account_id=one.id)) for one in using]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel, and where an agent's own choice is sent."""
        return [bp]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("mail.css",), face="admin")]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """The pages among the messages."""
        pages = (
            (_("Alerts and answers"), "alerts", "bell", 400),
            (_("Mail templates"), "templates", "pen", 405),
            (_("Sending accounts"), "accounts", "out", 408),
            (_("Outgoing mail"), "queue", "mail", 410),
        )
        return [
            NavItem(area, str(label), f"email_out.{view}", icon=icon, group="Messages", permission="admin", order=order)
            for label, view, icon, order in pages
            if area == "admin"
        ]

    @hookimpl
    @asked_for(slot=[*slots.SLOTS])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """What this plugin adds to the pages of others."""
        return slots.contents(slot, actor, args)

    @hookimpl
    def health_checks(self) -> Sequence[Health]:
        """Whether mail goes out, and by which account it does not."""
        return [health.outgoing(), *health.accounts()]
