"""The plugin: how a mail is read, screened and matched, and the job that takes it out of the spool."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _

from hookdesk.api import Health, InboundMessage, Job, Match, Plugin, RawIntake, Sender, Verdict, hookimpl
from hookdesk_email_in import matching, services
from hookdesk_email_in.hookspecs import MailHooks
from hookdesk_email_in.settings import Settings


class EmailIn(Plugin[Settings]):
    """Incoming mail

    Turns mails that the mail server pipes into `hookdesk-pipe` into tickets and replies.
    """

    settings_type = Settings
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
        return matching.match(message, sender, by_number=self.settings.match_number)

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """The spool's reader; the pipe wakes it, the schedule is for what was left."""
        return [Job(services.DRAIN, services.drain, timedelta(seconds=30), _("Take incoming mail out of the spool"))]

    @hookimpl
    def health_checks(self) -> Sequence[Health]:
        """Whether mail waits."""
        return [services.health(self.settings)]
