"""The plugin: POP3 as a protocol of mailboxes."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import NoSettings, Plugin, hookimpl
from hookdesk_mailboxes.protocols import MailboxProtocol
from hookdesk_pop3.client import Pop3Connection

PORTS = {"tls": 995, "starttls": 110, "none": 110}
POP3 = MailboxProtocol("pop3", "POP3", PORTS, ("leave", "delete"), Pop3Connection, has_folders=False, stays=False)


class Pop3(Plugin[NoSettings]):
    """POP3

    Lets mailboxes be read over POP3, for servers that have nothing better.
    """

    depends = ("mailboxes",)

    @hookimpl
    def mailbox_protocols(self) -> Sequence[MailboxProtocol]:
        """One protocol (declared by mailboxes)."""
        return [POP3]
