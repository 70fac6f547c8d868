"""The server: opens its place, lets connections in up to a number, and leaves without losing what it took."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from flask import Flask

from hookdesk.api import network_holds
from hookdesk_lmtp.options import Options
from hookdesk_lmtp.places import listen
from hookdesk_lmtp.protocol import BUSY, LEAVING, STRANGER, Conversation, LocalConversation
from hookdesk_lmtp.receiving import Receiver

LOOK_S = 1.0
GRACE_S = 25.0
"""A mail that is being sent when the server stops may take so long; `hookdesk serve` waits for 35 s."""

log = logging.getLogger(__name__)


class Listener:
    """One listening socket and its conversations."""

    def __init__(self, app: Flask, options: Options) -> None:
        """Open the place.

        Raises:
            WrongPlace: it cannot be had.
            OSError, ssl.SSLError: the certificate cannot be read.
        """
        self.options = options
        self.tls = certificate(options.certificate) if options.certificate else None
        self.conversations: set[Conversation] = set()
        self.is_leaving = False
        self._stop = asyncio.Event()
        self.socket = listen(options.place)
        self.place = options.place
        if not self.place.path:  # the system may have chosen the port
            self.place = replace(self.place, port=self.socket.getsockname()[1])
        self.receiver = Receiver(app, options)

    def stop(self) -> None:
        """Let `run` come to its end; called in its loop."""
        self._stop.set()

    async def run(self, may_go_on: Callable[[], bool]) -> None:
        """Serve until it is stopped, or until `may_go_on`, which is asked each second in a thread, says no."""
        loop = asyncio.get_running_loop()
        kind = LocalConversation if self.options.is_local else Conversation
        serving = await loop.create_server(lambda: kind(self, loop=loop), sock=self.socket)
        while not self._stop.is_set() and await asyncio.to_thread(may_go_on):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), LOOK_S)
        await self._leave(serving)

    def refusal(self, client: Conversation) -> str:
        """Why a client is not served, as an answer; "" if it is."""
        if self.is_leaving:
            return LEAVING
        peer: object = client.session.peer if client.session else None  # a pair, whatever its annotation says
        if isinstance(peer, tuple) and not network_holds(self.options.clients, peer[0]):
            log.warning("%s is not among those who may deliver", peer[0])
            return STRANGER
        return BUSY if len(self.conversations) >= self.options.connections else ""

    async def _leave(self, serving: asyncio.Server) -> None:
        """Take no more connections, end those that are idle, and wait for the mails that have begun."""
        self.is_leaving = True
        serving.close()
        for client in list(self.conversations):
            if not client.is_in_mail:
                await client.leave()
        deadline = asyncio.get_running_loop().time() + GRACE_S
        while self.conversations and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        for client in list(self.conversations):
            client.hang_up()
        await asyncio.to_thread(self.receiver.close)
        if self.options.place.path:
            Path(self.options.place.path).unlink(missing_ok=True)


def certificate(file: str) -> ssl.SSLContext:
    """Certificate and key out of one file.

    Raises:
        OSError, ssl.SSLError: it cannot be read.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context
