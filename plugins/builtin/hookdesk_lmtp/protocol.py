"""What the server says, line by line: aiosmtpd's SMTP and LMTP, with bounds, one answer a recipient, and an end that loses nothing.

Standards: RFC 5321 (SMTP), RFC 2033 (LMTP), RFC 1870 (SIZE), RFC 2920 (PIPELINING), RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8),
RFC 3207 (STARTTLS). aiosmtpd has no CHUNKING, and the mail server then does without.
"""

from __future__ import annotations

import logging
import socket
import ssl
from typing import Any, Protocol

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from hookdesk_lmtp.options import Options
from hookdesk_lmtp.receiving import Receiver

LONGEST_LINE = 1024 * 1024
"""RFC 5321 allows 998 bytes, and there are programs that write more: such a mail is worth more than the rule."""
MOST_COMMANDS = 10_000
"""Of each kind and connection. A mail server uses a connection for many mails."""
BUSY, LEAVING = "421 4.3.2 Too many connections, come again", "421 4.3.2 The service is shutting down, come again"
TROUBLE = "421 4.3.0 Something went wrong here, come again"
STRANGER = "554 5.7.1 No mail is taken from your address"

log = logging.getLogger(__name__)


class Host(Protocol):
    """What all connections of a listener share."""

    options: Options
    receiver: Receiver
    tls: ssl.SSLContext | None
    conversations: set[Conversation]
    is_leaving: bool

    def refusal(self, client: Conversation) -> str:
        """Why a client is not served, as an answer; "" if it is."""


class Conversation(SMTP):
    """One connection."""

    line_length_limit = LONGEST_LINE
    command_size_limit = 4096
    is_local = False

    def __init__(self, listener: Host, **given: Any) -> None:
        """One more client."""
        options = listener.options
        self.listener = listener
        self.is_in_mail = False
        self._answers = 1
        super().__init__(
            listener.receiver,
            hostname=socket.gethostname(),
            ident="Hookdesk",
            data_size_limit=options.size,
            enable_SMTPUTF8=True,
            timeout=options.timeout,
            tls_context=listener.tls,
            require_starttls=options.require_tls,
            command_call_limit=MOST_COMMANDS,
            **given,
        )

    async def _handle_client(self) -> None:
        """Greet whom we serve, and turn away the others."""
        refusal = self.listener.refusal(self)
        if refusal:
            await self.push(refusal)
            self.hang_up()
            return
        self.listener.conversations.add(self)
        try:
            await super()._handle_client()
        finally:
            self.listener.conversations.discard(self)

    async def push(self, status: Any) -> None:
        """Answer. In LMTP what follows the invitation to send a mail is said once a recipient, RFC 2033 section 4.2."""
        await super().push("\r\n".join([status] * self._answers))
        if self.is_local and status.startswith("354") and self.envelope is not None:
            self._answers = len(self.envelope.rcpt_tos)

    async def smtp_DATA(self, arg: str | None) -> None:
        """A mail that has begun is brought to its end, also while the server stops."""
        self.is_in_mail = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self.is_in_mail = False
        self._answers = 1
        if self.listener.is_leaving:
            await self.leave()

    async def leave(self) -> None:
        """Say that the client has to come again, and end the connection."""
        await self.push(LEAVING)
        self.hang_up()

    def hang_up(self) -> None:
        """End the connection; what was said is sent before."""
        if self.transport is not None:
            self.transport.close()

    async def handle_exception(self, error: Exception) -> str:
        """Whatever it was: the mail stays with the client, which comes again over a new connection."""
        log.error("a connection ended by an error", exc_info=error)
        self.loop.call_soon(self.hang_up)
        return TROUBLE


class LocalConversation(Conversation, LMTP):
    """The same in LMTP: each recipient of a mail gets an answer."""

    is_local = True
