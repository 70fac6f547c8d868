"""A real OAuth 2.0 provider on loopback, over TLS: a sign-in page that asks nothing, and a token endpoint that checks everything.

Codes count once and want the verifier of their challenge (RFC 7636); each refresh token counts once, and brings the next one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.servers.smtp import self_signed

CLIENT, SECRET = "helpdesk", "open sesame"
Reply = tuple[int, Mapping[str, Any] | bytes]


@dataclass
class OAuthProvider:
    """The provider: `answers` are given, one each, in the place of what the token endpoint would say; `asked` are the forms it got."""

    certificate: Path
    redirect_uri: str = ""
    answers: list[Reply | str] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    rotates: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    held: threading.Event | None = None

    def __post_init__(self) -> None:
        """Listen on a free port."""
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh_tokens: set[str] = set()
        self.ending, self.arrived = threading.Event(), threading.Semaphore(0)
        self._number, self._lock = 0, threading.Lock()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": self}))
        self._server.handle_error = lambda *_given: None  # type: ignore[method-assign]  # clients that hang up are tested
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        """Close the port, and let go of who hangs."""
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str) -> str:
        """An address of the provider."""
        return f"https://localhost:{self._server.server_address[1]}{path}"

    @property
    def refreshes(self) -> int:
        """How often a refresh token was sent."""
        return sum(form.get("grant_type") == "refresh_token" for form in self.asked)

    def authorize(self, query: Mapping[str, str]) -> str:
        """Where the sign-in page leads: back, with a code."""
        wanted = {
            "client_id": CLIENT,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "code_challenge_method": "S256",
        }
        assert {name: query.get(name) for name in wanted} == wanted
        assert query["state"]
        assert len(query["code_challenge"]) == 43
        code = self._new("code")
        self.codes[code] = dict(query)
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> Reply | str:
        """What the token endpoint says."""
        with self._lock:
            self.asked.append(form)
            self.arrived.release()
            answer = self.answers.pop(0) if self.answers else None
        if self.held is not None:
            self.held.wait(5)
        if answer is not None:
            return answer
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client", "error_description": "The secret is wrong."}
        good = self._redeem(form) if form["grant_type"] == "authorization_code" else self._use(form["refresh_token"])
        return (
            self._tokens()
            if good
            else (400, {"error": "invalid_grant", "error_description": "The grant is used, or void."})
        )

    def _redeem(self, form: Mapping[str, str]) -> bool:
        """True for a code that was given out, once, to whoever has the verifier."""
        query = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return (
            query is not None and query["code_challenge"] == challenge and query["redirect_uri"] == form["redirect_uri"]
        )

    def _use(self, token: str) -> bool:
        """True for a refresh token that counts; where they rotate, it counts no more."""
        if token not in self.refresh_tokens:
            return False
        if self.rotates:
            self.refresh_tokens.discard(token)
        return True

    def _tokens(self) -> Reply:
        """New ones."""
        given = {"access_token": self._new("access"), "token_type": "Bearer", "expires_in": 3600, **self.more}
        if self.rotates or not self.refresh_tokens:
            given.setdefault("refresh_token", self._new("refresh"))
            self.refresh_tokens.add(given["refresh_token"])
        return 200, given

    def _new(self, kind: str) -> str:
        """The next code or token of a kind."""
        self._number += 1
        return f"{kind}-{self._number}"


class _Handler(BaseHTTPRequestHandler):
    """The two pages."""

    provider: OAuthProvider
    timeout = 5

    def do_GET(self) -> None:
        """The sign-in page."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.send_response(302)
        self.send_header("Location", self.provider.authorize(query))
        self.end_headers()

    def do_POST(self) -> None:
        """The token endpoint."""
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        reply = self.provider.token({name: values[0] for name, values in parse_qs(sent).items()})
        if isinstance(reply, str):  # "hang"
            self.provider.ending.wait(5)
            return
        status, body = reply
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""


@pytest.fixture
def oauth_provider(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OAuthProvider]:
    """A provider whose certificate is trusted."""
    certificate = self_signed(tmp_path_factory.mktemp("oauth") / "oauth.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    provider = OAuthProvider(certificate)
    yield provider
    provider.stop()
