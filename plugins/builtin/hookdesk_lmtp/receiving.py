"""From the wire to the ledger: a mail is accepted once its record is committed, and whatever fails before leaves it with the client."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from hookdesk.api import crash_point, wake
from hookdesk_email_in import services as email_in
from hookdesk_email_in.policies import is_known
from hookdesk_lmtp.options import Options
from hookdesk_lmtp.settings import SOURCE

T = TypeVar("T")
MOST_RECIPIENTS = 1000
TAKEN = "250 2.0.0 Taken"
UNKNOWN = "550 5.1.1 There is no such address here"
LATER = "451 4.3.0 The mail could not be stored, come again"
FULL = "452 4.3.1 There is no room to store the mail, come again"
TOO_MANY = "452 4.5.3 Too many recipients"
_TRACE = re.compile(rb"^(?:Received|Message-ID):", re.IGNORECASE | re.MULTILINE)

log = logging.getLogger(__name__)


class Receiver:
    """aiosmtpd's handler, shared by all connections. Storing happens in a few threads, for it waits for the disk."""

    def __init__(self, app: Flask, options: Options, threads: int = 4) -> None:
        """Nothing is received yet."""
        self._app, self._options = app, options
        self._threads = ThreadPoolExecutor(threads, "lmtp")

    def close(self) -> None:
        """Return once what is being stored is stored."""
        self._threads.shutdown()

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """What we can: nobody signs in here, and commands may be sent ahead."""
        session.host_name = hostname
        kept = [line for line in responses if not line.startswith("250-AUTH")]
        return [kept[0], "250-PIPELINING", *kept[1:]]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One answer a recipient."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        if self._options.only_ours:
            try:
                if not await self._in_thread(is_known, address):
                    return UNKNOWN
            except Exception:  # a doubt is no reason to refuse a mail for good
                log.exception("it could not be found out whether %s is an address of ours", address)
                return LATER
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Known"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store one mail."""
        content, sender = envelope.content, bare(envelope.mail_from or "")
        assert isinstance(content, bytes)
        crash_point("lmtp-before-store")
        try:
            await self._in_thread(store, content, sender, tuple(map(bare, envelope.rcpt_tos)))
        except Exception as error:  # whatever it was, the client has the mail still
            log.warning("a mail was not taken: %s: %s", type(error).__name__, error)
            return FULL if is_full(error) else LATER
        crash_point("lmtp-after-store")
        return TAKEN

    async def _in_thread(self, work: Callable[..., T], *given: Any) -> T:
        """Do something that reads or writes the database."""

        def inside() -> T:
            with self._app.app_context():
                return work(*given)

        return await asyncio.get_running_loop().run_in_executor(self._threads, inside)


def store(content: bytes, sender: str, recipients: tuple[str, ...]) -> None:
    """Take one mail in; it is committed on return. One that was taken before is not taken again: its client did not get our answer.

    However many recipients: it is one mail, and becomes one ticket. As the server of final delivery we write the envelope's sender into
    it (RFC 5321 section 4.4), which tells a bounce from what must be answered.
    """
    ours = next((address for address in recipients if is_known(address)), recipients[0])
    raw = b"Return-Path: <" + as_bytes(sender) + b">\r\n" + content
    email_in.take(
        raw, sender=sender, recipient=ours, recipients=recipients, source=SOURCE, dedupe=name_of(content, sender)
    )
    wake("intake")


def name_of(content: bytes, sender: str) -> str:
    """What tells a mail that comes again from another one: the same bytes, a server's trace among them.

    A mail server writes a line of its own with time and number into each mail that passes (RFC 5321 section 4.4) and delivers the same
    bytes again if it must. A program that talks to us directly may well mean two mails by the same bytes: without a trace or a
    Message-ID there is no name.
    """
    headers, _, _ = content.partition(b"\r\n\r\n")
    if not _TRACE.search(headers):
        return ""
    digest = hashlib.sha256(as_bytes(sender) + b"\0")
    digest.update(content)
    return f"{SOURCE}:{digest.hexdigest()}"


def as_bytes(address: str) -> bytes:
    """An address as it came over the wire."""
    return address.encode("utf-8", "surrogateescape")


def bare(address: str) -> str:
    """An address as it stands in an envelope; "" for the null sender of bounces."""
    return address.strip("<>")


def is_full(error: BaseException) -> bool:
    """Whether the disk is full, by what the system or the database says."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    told = str(getattr(error, "orig", ""))
    return "disk is full" in told or getattr(getattr(error, "orig", None), "sqlstate", "") == "53100"
