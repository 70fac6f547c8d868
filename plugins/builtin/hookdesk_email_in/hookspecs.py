"""Hooks that this plugin declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hookdesk.api import Event, MailChannel, OnError, Shape, When, spec


@dataclass(frozen=True, slots=True)
class MailPolicy:
    """How mail to one of our addresses is treated.

    `spoofed`: what becomes of a mail whose sender the trusted server has refuted: it is shown beside the entry, or the mail is kept aside
    or turned away. `collaborators`: whose copies (To and Cc) make collaborators: nobody's, those of a sender who takes part in the ticket
    already, or everybody's. `plus_addressing`: the server delivers `name+anything@…` to `name@…`, so our mails may use that.
    """

    spoofed: Literal["show", "quarantine", "reject"] = "show"
    collaborators: Literal["off", "participants", "all"] = "off"
    plus_addressing: bool = False


class MailHooks:
    """Mail: how what comes in is treated."""

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1")
    def mail_policy(self, *, address: str) -> MailPolicy | None:
        """The policy of one of our addresses, written as `people.normal_address` does; None if it is none of yours."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def mail_channels(self) -> Sequence[MailChannel] | None:
        """Roads that mail comes or goes by, each with its state: rows of the page "Mail channels"."""

    @spec(Shape.EVENT, when=When.AFTER, since="0.1")
    def channel_alarm_raised(self, *, event: Event) -> None:
        """A road of mail has stopped, or works again: tell administrators over another one.

        `event.data`: name and kind as in `MailChannel`, state ("failed" or "ok"), detail (plain words), path (of the page about it).
        """

    @spec(Shape.FIRST, when=When.REQUEST, since="0.1", on_error=OnError.DENY)
    def knows_mailbox(self, *, address: str) -> bool | None:
        """True for one of our addresses (written as `people.normal_address` does), else None. A listener refuses what nobody knows."""
