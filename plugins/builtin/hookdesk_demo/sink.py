"""A mail server for the time of the demo's making: it takes every mail and keeps none, so that mails are really sent, and to nobody."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ANSWERS = {b"EHLO": b"250 demo", b"HELO": b"250 demo", b"DATA": b"354 go on", b"QUIT": b"221 goodbye"}


class Conversation(socketserver.StreamRequestHandler):
    """One connection, as far as RFC 5321 is needed here."""

    def handle(self) -> None:
        """Answer until the client has had enough."""
        self._say(b"220 demo")
        for line in self.rfile:
            verb = line[:4].upper()
            self._say(ANSWERS.get(verb, b"250 ok"))
            if verb == b"QUIT":
                return
            if verb == b"DATA":
                self._swallow()

    def _swallow(self) -> None:
        """Read a mail to its end."""
        for line in self.rfile:
            if line.rstrip(b"\r\n") == b".":
                return self._say(b"250 kept nowhere")

    def _say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")


@contextmanager
def listening() -> Iterator[int]:
    """The port of a server on the loopback interface, gone afterwards."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
