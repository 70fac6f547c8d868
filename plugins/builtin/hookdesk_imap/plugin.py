"""The plugin: IMAP as a protocol of mailboxes."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import NoSettings, Plugin, hookimpl
from hookdesk_imap.client import ImapConnection
from hookdesk_mailboxes.protocols import MailboxProtocol

PORTS = {"tls": 993, "starttls": 143, "none": 143}
IMAP = MailboxProtocol("imap", "IMAP", PORTS, ("leave", "flag", "move", "delete"), ImapConnection)


class Imap(Plugin[NoSettings]):
    """IMAP

    Lets mailboxes be read over IMAP: several folders, told of new mail at once where the server can do that.
    """

    depends = ("mailboxes",)

    @hookimpl
    def mailbox_protocols(self) -> Sequence[MailboxProtocol]:
        """One protocol (declared by mailboxes)."""
        return [IMAP]
