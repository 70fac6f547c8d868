"""The plugin: the command that listens, by itself or with the site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from hookdesk.api import Health, Job, MailChannel, Plugin, hookimpl
from hookdesk_lmtp import channels
from hookdesk_lmtp.settings import Settings

if TYPE_CHECKING:
    from click import Command


class Lmtp(Plugin[Settings]):
    """Mail over LMTP or SMTP

    A listener that takes mail from your mail server without starting a program for each: `hookdesk lmtp`.
    """

    settings_type = Settings
    depends = ("email_in",)

    @hookimpl
    def mail_channels(self) -> Sequence[MailChannel]:
        """The listener of this machine."""
        return [channels.channel(self.settings)]

    @hookimpl
    def health_checks(self) -> Sequence[Health]:
        """Whether it still lives."""
        return channels.health(self.settings)

    @hookimpl
    def companion_commands(self) -> Sequence[str]:
        """The listener, if it is to run with the site."""
        return ["lmtp"] if self.settings.with_site else []

    @hookimpl
    def scheduled_jobs(self) -> Sequence[Job]:
        """A look whether it still lives: the alarm goes another road."""
        watch = Job("lmtp.watch", self._watch, timedelta(seconds=30), _l("Look whether the mail listener lives"))
        return [watch]

    def _watch(self) -> int:
        channels.watch(self.settings)
        return 0  # there is nothing more to do at once

    @hookimpl
    def cli_commands(self) -> Sequence[Command]:
        """`hookdesk lmtp`."""
        from hookdesk_lmtp.cli import lmtp  # click and aiosmtpd are for this process alone

        return [lmtp]
