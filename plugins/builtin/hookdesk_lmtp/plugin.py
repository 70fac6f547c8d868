"""The plugin: the command that listens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hookdesk.api import Health, MailChannel, Plugin, hookimpl
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
        return channels.health()

    @hookimpl
    def cli_commands(self) -> Sequence[Command]:
        """`hookdesk lmtp`."""
        from hookdesk_lmtp.cli import lmtp  # click and aiosmtpd are for this process alone

        return [lmtp]
