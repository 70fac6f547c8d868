"""Hooks that this plugin declares."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import Shape, When, spec
from hookdesk_mailboxes.protocols import MailboxProtocol


class MailboxHooks:
    """Mailboxes: how they can be read."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def mailbox_protocols(self) -> Sequence[MailboxProtocol] | None:
        """Protocols that mailboxes can be read by."""
