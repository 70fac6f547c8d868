"""A real SMTP server on loopback that keeps what it is sent: plain, or with STARTTLS and a login that it insists on."""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hookdesk.api import system

USER, PASSWORD = "hookdesk", "let me in"


@dataclass(frozen=True)
class Received:
    """One message as it arrived: the envelope, the exact bytes, and who had signed in, over TLS or not."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    login: str | None
    tls: bool

    @property
    def message(self) -> Message:
        """The message parsed."""
        return BytesParser(policy=compat32).parsebytes(self.raw)


class FreePortController(Controller):
    """aiosmtpd's server thread on a port that the system chooses; left alone it would knock at port 0 to see that it is up."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd left this one unannotated


class SmtpServer:
    """The server; `messages` grows as mail arrives, `refuse` makes it fail as a real one would."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.messages: list[Received] = []
        self.certificate = certificate
        self.user, self.password = (USER, PASSWORD) if certificate else ("", "")
        self.token = ""
        self._arrived = threading.Condition()
        self._refusals: list[str] = []
        self._stranger = ""
        self._faults: dict[str, list[str]] = {}
        self._going_on = threading.Event()
        self._is_stopped = False
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        self._controller = FreePortController(
            self,
            hostname="127.0.0.1",
            port=0,
            tls_context=context,
            require_starttls=certificate is not None,
            authenticator=self._authenticate,
            auth_required=certificate is not None,
        )

    def start(self) -> None:
        """Listen on a free port."""
        self._controller.start()

    def stop(self) -> None:
        """Close the port; messages stay readable."""
        self.go_on()
        if not self._is_stopped:
            self._controller.stop()
        self._is_stopped = True

    @property
    def host(self) -> str:
        """The loopback address."""
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """The port that the system chose."""
        port: int = self._controller.port
        return port

    def serve(self, address: str, **more: Any) -> int:
        """Make it the server of an account of this site that sends from `address`, the default one if it is the first; the account's id.
        `more` are further `accounts.store.Values`."""
        from hookdesk_email_out.accounts import store

        given = {"name": address, "address": address, "host": self.host, "port": self.port, "security": "none", **more}
        return store.save(system(), store.Values(**given))

    def refuse(self, reply: str = "451 4.3.0 Try again later", times: int = 1) -> None:
        """Answer the next messages with this reply instead of taking them."""
        with self._arrived:
            self._refusals += [reply] * times

    def refuse_senders(self, reply: str) -> None:
        """Answer each MAIL FROM with this reply; "" takes them again."""
        self._stranger = reply

    def fail_at(self, stage: str, fault: str, times: int = 1) -> None:
        """Meet the next clients at "MAIL", "RCPT" or "DATA" with a reply, with "hang" (until `go_on`), or with "die": the connection is
        cut. At DATA that happens after the message was kept.
        """
        self._faults.setdefault(stage, []).extend([fault] * times)

    def go_on(self) -> None:
        """Let whoever hangs go on."""
        self._going_on.set()

    async def _fault(self, stage: str, server: SMTP) -> str:
        """What a client is met with at this stage; "" for nothing."""
        waiting = self._faults.get(stage)
        fault = waiting.pop(0) if waiting else ""
        if fault == "hang":
            await asyncio.get_running_loop().run_in_executor(None, self._going_on.wait, 20)
            return ""
        if fault == "die" and server.transport is not None:
            server.transport.close()
            return "421 4.3.2 never heard"
        return fault

    def wait_for(self, count: int, seconds: float = 10.0) -> list[Received]:
        """The messages, once there are at least `count`. Raises AssertionError when the time is up."""
        with self._arrived:
            enough = self._arrived.wait_for(lambda: len(self.messages) >= count, timeout=seconds)
            assert enough, f"{len(self.messages)} of {count} messages arrived within {seconds} s"
            return list(self.messages)

    def to(self, address: str) -> list[Received]:
        """What arrived for one address."""
        with self._arrived:
            return [received for received in self.messages if address in received.recipients]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's call for a sender."""
        if answer := self._stranger or await self._fault("MAIL", server):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's call for a recipient."""
        if answer := await self._fault("RCPT", server):
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's call for one whole message."""
        with self._arrived:
            if self._refusals:
                return self._refusals.pop(0)
            content = envelope.content
            assert isinstance(content, bytes)
            login = session.auth_data.login.decode() if session.auth_data else None
            self.messages.append(
                Received(
                    envelope.mail_from or "", tuple(envelope.rcpt_tos), content, login, tls=session.ssl is not None
                )
            )
            self._arrived.notify_all()
        return await self._fault("DATA", server) or "250 2.0.0 Kept"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """aiosmtpd's call for a sign-in with a token: whoever has `token`. A refusal says why in a challenge first, as Google's does."""
        said = base64.b64decode(args[1]).decode().split("\x01")
        user, bearer = said[0].removeprefix("user="), said[1].removeprefix("auth=Bearer ")
        is_right = bool(self.token) and bearer == self.token
        if not is_right:
            await server.challenge_auth(b'{"status":"401"}')
        return AuthResult(success=is_right, handled=False, auth_data=LoginPassword(user.encode(), bearer.encode()))

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: object
    ) -> AuthResult:
        """Let in the one user there is."""
        wanted = LoginPassword(self.user.encode(), self.password.encode())
        # handled=False: aiosmtpd is to answer the client itself.
        return AuthResult(success=auth_data == wanted, handled=False, auth_data=auth_data)


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A server without TLS or login."""
    yield from running(SmtpServer())


@pytest.fixture
def smtp_tls_server(tmp_path: Path) -> Iterator[SmtpServer]:
    """A server that takes mail only after STARTTLS and a login; `certificate` is the file to trust."""
    yield from running(SmtpServer(self_signed(tmp_path / "smtp.pem")))


def running(server: SmtpServer) -> Iterator[SmtpServer]:
    """The server, started and stopped."""
    server.start()
    yield server
    server.stop()


def self_signed(file: Path) -> Path:
    """Write a certificate for localhost and 127.0.0.1 together with its key, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    alternatives = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file
