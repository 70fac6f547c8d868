"""The plugin: how a mail is read, screened and matched, and the job that takes it out of the spool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from hookdesk.api import (
    Actor,
    EntryMark,
    Health,
    InboundMessage,
    Job,
    MailChannel,
    Match,
    NavItem,
    PageAssets,
    Plugin,
    RawIntake,
    Sender,
    Slot,
    SlotContent,
    TicketDraft,
    TicketView,
    Verdict,
    asked_for,
    hookimpl,
    people,
)
from hookdesk_email_in import channels, loops, marks, matching, policies, priority, remarks, services, uploads
from hookdesk_email_in.hookspecs import MailHooks
from hookdesk_email_in.settings import Settings
from hookdesk_email_in.views import bp, mails, originals

if TYPE_CHECKING:
    from click import Command


class EmailIn(Plugin[Settings]):
    """Incoming mail

    Turns mails that the mail server pipes into `hookdesk-pipe` into tickets and replies.
    """

    settings_type = Settings
    uses = ("filters",)
    hookspecs = (MailHooks,)

    @hookimpl
    def intake_parse(self, record: RawIntake) -> InboundMessage | None:
        """Read a mail."""
        return services.read(record) if record.channel == services.CHANNEL else None

    @hookimpl
    def intake_screen(self, message: InboundMessage) -> Verdict | None:
        """Keep loops and mails without a sender out."""
        return services.screen(message, self.settings) if message.channel == services.CHANNEL else None

    @hookimpl
    def intake_match(self, message: InboundMessage, sender: Sender) -> Match | None:
        """Find the ticket that a mail answers."""
        if message.channel != services.CHANNEL:
            return None
        return matching.match(message, sender, self.settings)

    @hookimpl
    def intake_transform(self, message: InboundMessage) -> InboundMessage | None:
        """Tell a report in a sentence, keep to the limits, and let people follow."""
        return remarks.transform(message, self.settings) if message.channel == services.CHANNEL else None

    @hookimpl
    def ticket_filter(self, draft: TicketDraft) -> TicketDraft | None:
        """Keep a loop from opening tickets, and heed the priority that a mail claims."""
        if draft.channel != services.CHANNEL:
            return None
        verdict = loops.new_ticket(draft.message, draft.user_id, self.settings)
        if verdict is not None:
            return draft.replace(verdict=verdict)
        return priority.heeded(draft) if self.settings.use_priority else None

    @hookimpl
    def entry_marks(self, ticket: TicketView, entries: Sequence[Any]) -> Sequence[EntryMark]:
        """Whether a sender is proven, and takes part."""
        return marks.of(ticket, entries, self.settings)

    @hookimpl
    def reply_to(self, ticket_id: int, address: str) -> str | None:
        """The ticket's own address, where the server delivers such."""
        return policies.reply_address(ticket_id, address)

    @hookimpl
    def own_addresses(self) -> Sequence[str]:
        """The same, for rules that send mail (declared by filters)."""
        return self.settings.own_addresses

    @hookimpl
    def address_allowed(self, address: str) -> str | None:
        """An address of ours is nobody's own."""
        if not policies.is_listed(people.normal_address(address), self.settings):
            return None
        return str(gettext("%(address)s is an address of this helpdesk itself.", address=address))

    @hookimpl
    def knows_mailbox(self, address: str) -> bool | None:
        """Our own addresses, as the settings list them."""
        return policies.is_listed(address, self.settings) or None

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """The spool's reader; the pipe wakes it, the schedule is for what was left."""
        return [
            Job(services.DRAIN, services.drain, timedelta(seconds=30), _("Take incoming mail out of the spool")),
            Job(uploads.JOB, uploads.run_some, timedelta(minutes=5), _("Take in mails that were uploaded")),
        ]

    @hookimpl
    def cli_commands(self) -> Sequence[Command]:
        """`hookdesk mail …`."""
        from hookdesk_email_in.cli import COMMANDS  # click is slow to import, and few processes need it

        return COMMANDS

    @hookimpl
    def health_checks(self) -> Sequence[Health]:
        """Whether mail waits, and whether loops were cut."""
        return [services.health(self.settings), *loops.health()]

    @hookimpl
    def mail_channels(self) -> Sequence[MailChannel]:
        """The spool that `hookdesk-pipe` fills."""
        return [channels.pipe(self.settings)]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel, and the mail behind an entry."""
        return [bp, mails]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """The page of all roads that mail takes, and the one that looks at single mails."""
        if area != "admin":
            return []
        told = gettext("Mail channels")
        return [
            NavItem(area, told, "email_in.channels", icon="mail", group="Messages", permission="admin", order=380),
            NavItem(
                area,
                gettext("Inspect a mail"),
                "email_in.inspect",
                icon="eye",
                group="Intake",
                permission="admin",
                order=95,
            ),
        ]

    @hookimpl
    @asked_for(slot=["admin.intake.actions", "ticket.entry"])
    def template_slot(self, slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
        """Beside a mail in the ledger: what would become of it now. In an entry's menu: the mail that it came as."""
        if slot == "ticket.entry" and originals.has_one(args["entry"]):
            return [SlotContent("email_in/entry.html")]
        if slot != "admin.intake.actions" or args["record"].channel != services.CHANNEL:
            return []
        return [SlotContent("email_in/look.html", {"intake_id": args["record"].id})]

    @hookimpl
    def slots(self) -> Sequence[Slot]:
        """Where the plugins that keep such roads say what can be set up."""
        return [
            Slot("email_in.channels", (), "Links beside the title of the page of mail channels: what can be set up."),
            Slot(
                "email_in.rehearsal",
                ("steps",),
                "The trace of a mail that is only looked at: `steps` as decisions are stored. What fills it replaces the plain list.",
            ),
        ]

    @hookimpl
    def page_assets(self) -> Sequence[PageAssets]:
        """One stylesheet for the admin panel."""
        return [PageAssets(css=("channels.css",), face="admin")]
