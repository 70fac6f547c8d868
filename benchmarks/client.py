"""A small HTTP client that keeps its connection and its cookies; it takes little CPU time away from the server beside it."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
TIMEOUT_S = 60.0


class Unexpected(Exception):
    """The server answered otherwise than a measurement needs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case; the last of several) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """One browser."""

    def __init__(self, port: int, cookies: Mapping[str, str] | None = None) -> None:
        """Connects at the first request."""
        self._port = port
        self.cookies = dict(cookies or {})
        self._socket: socket.socket | None = None
        self._buffer = b""

    def get(self, path: str) -> Answer:
        """GET a page."""
        return self._request("GET", path, b"", "", {})

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """POST a form."""
        return self.send(path, urlencode(fields).encode(), "application/x-www-form-urlencoded", {})

    def send(self, path: str, body: bytes, content_type: str, headers: Mapping[str, str]) -> Answer:
        """POST a body of any type."""
        return self._request("POST", path, body, content_type, headers)

    def page(self, path: str) -> bytes:
        """GET a page that must be there.

        Raises:
            Unexpected: it is not.
        """
        answer = self.get(path)
        if answer.status != 200:
            raise Unexpected(f"{path} answered {answer.status}")
        return answer.body

    def sign_in(self, login: str, password: str) -> None:
        """Sign an agent in.

        Raises:
            Unexpected: the password is not accepted.
        """
        fields = {"login": login, "password": password, "csrf_token": token(self.page("/agent/login"))}
        answer = self.post("/agent/login", fields)
        if answer.status != 302:
            raise Unexpected(f"signing in as {login} answered {answer.status}")

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _request(self, method: str, path: str, body: bytes, content_type: str, headers: Mapping[str, str]) -> Answer:
        """One request; a kept connection that the server has closed meanwhile is opened anew."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            f"Cookie: {cookies}",
            "User-Agent: benchmarks",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        if method == "POST":
            lines += [f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
        data = "\r\n".join([*lines, "", ""]).encode() + body
        fresh = self._socket is None
        try:
            return self._exchange(data)
        except (ConnectionError, EOFError):
            self.close()
            if fresh:
                raise
            return self._exchange(data)

    def _exchange(self, data: bytes) -> Answer:
        """Send and receive."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._buffer = b""
        self._socket.sendall(data)
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in head[1:]:
            key, _, value = line.partition(":")
            headers[key.strip().lower()] = value.strip()
            if key.lower() == "set-cookie":
                cookie, _, text = value.strip().partition(";")[0].partition("=")
                self.cookies[cookie] = text
        status = int(head[0].split()[1])
        body = self._body(status, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)

    def _body(self, status: int, headers: Mapping[str, str]) -> bytes:
        """The body, by length or in chunks (RFC 9112 §6)."""
        if status in (204, 304):
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            parts = []
            while size := int(self._until(b"\r\n"), 16):
                parts.append(self._exactly(size + 2)[:-2])
            self._until(b"\r\n")
            return b"".join(parts)
        return self._exactly(int(headers.get("content-length", "0")))

    def _until(self, end: bytes) -> bytes:
        """What comes before `end`."""
        while end not in self._buffer:
            self._more()
        found, _, self._buffer = self._buffer.partition(end)
        return found

    def _exactly(self, size: int) -> bytes:
        """So many bytes."""
        while len(self._buffer) < size:
            self._more()
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def _more(self) -> None:
        """Read what has come."""
        assert self._socket is not None
        data = self._socket.recv(256 * 1024)
        if not data:
            raise EOFError("the server closed the connection")
        self._buffer += data


def token(page: bytes) -> str:
    """The CSRF token of a page's form.

    Raises:
        Unexpected: it has none.
    """
    found = _TOKEN.search(page)
    if found is None:
        raise Unexpected("the page has no form with a CSRF token")
    return found.group(1).decode()
