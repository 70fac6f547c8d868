"""A connection to an account's server: encrypted and signed in as the account says (RFC 5321, 3207, 4954)."""

from __future__ import annotations

import smtplib
import ssl
from typing import Any

from hookdesk.api import Refusal, site, tokens
from hookdesk_email_out.models import Account

AWAY = (OSError, smtplib.SMTPException, ValueError, Refusal)
"""What keeps a connection from being made; `ValueError` covers host names that are none, and secrets that cannot be read."""
MOST_TOLD = 400
"""Characters of one line of a dialogue."""


class _Telling:
    """A client that keeps what was said, secrets apart: `told` are lines that begin with "→" (ours) or "←"."""

    debuglevel = 1

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Connect, and keep what is said from the start."""
        self.told: list[str] = []
        self._hides = False
        super().__init__(*args, **kwargs)

    def _print_debug(self, *words: object) -> None:
        """What smtplib would print: ("send:", "'…'") or ("reply:", b"…"), besides connecting and summaries."""
        if len(words) < 2 or words[0] not in ("send:", "reply:"):
            return
        text = str(words[1]).removeprefix("b").strip("'\"").replace("\\r\\n", "").replace("\\n", " ")
        if words[0] == "send:":
            text = "AUTH …" if self._hides else text
        self.told.append(f"{'→' if words[0] == 'send:' else '←'} {text[:MOST_TOLD]}")

    def auth(self, *args: Any, **kwargs: Any) -> Any:
        """Sign in; what we say meanwhile is not told."""
        self._hides = True
        try:
            return super().auth(*args, **kwargs)  # type: ignore[misc]  # the client's
        finally:
            self._hides = False


class TellingSMTP(_Telling, smtplib.SMTP):
    """A client that keeps what was said."""


class TellingTLS(_Telling, smtplib.SMTP_SSL):
    """The same where TLS comes first."""


def connect(account: Account, *, telling: bool = False, timeout: int = 0) -> smtplib.SMTP:
    """A connection to an account's server, ready to send. With `telling` it is one that keeps what was said.

    Raises:
        one of `AWAY`: it could not be made.
    """
    server = _open(account, telling, timeout or account.timeout)
    try:
        _sign_in(server, account)
    except BaseException as error:
        server.close()
        error.told = getattr(server, "told", [])  # type: ignore[attr-defined]  # for whoever shows the dialogue
        raise
    return server


def _open(account: Account, telling: bool, timeout: int) -> smtplib.SMTP:
    """The connection, encrypted. A certificate is checked against the name of the host."""
    context = None if account.security == "none" else ssl.create_default_context()  # reads 150 certificates: 20 ms
    if account.security == "tls":
        encrypted = TellingTLS if telling else smtplib.SMTP_SSL
        return encrypted(account.host, account.port, timeout=timeout, context=context)
    server = (TellingSMTP if telling else smtplib.SMTP)(account.host, account.port, timeout=timeout)
    if account.security == "starttls":
        server.starttls(context=context)
    return server


def _sign_in(server: smtplib.SMTP, account: Account) -> None:
    """With a token, renewed once if it is refused; else with a password, if there is a user name."""
    if account.token_ref:
        try:
            _with_token(server, account.token_ref, renew=False)
        except smtplib.SMTPAuthenticationError:
            _with_token(server, account.token_ref, renew=True)
    elif account.username:
        server.login(account.username, site().keys.opened(account.password))


def _with_token(server: smtplib.SMTP, ref: str, renew: bool) -> None:
    """XOAUTH2: a server that refuses the token says why in a challenge, which is answered with nothing."""
    said = tokens.access_token(ref, renew=renew).xoauth2
    server.ehlo_or_helo_if_needed()
    server.auth("XOAUTH2", lambda challenge=None: said if challenge is None else "")


def close(server: smtplib.SMTP) -> None:
    """Say goodbye; a server that does not answer any more is no matter now."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def reset(server: smtplib.SMTP) -> None:
    """Leave a mail transaction that failed; a server that cannot is left."""
    try:
        server.rset()
    except (OSError, smtplib.SMTPException):
        server.close()


def reason(error: Exception) -> str:
    """What an administrator is told: the server's words, where it said any."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return f"{code} {words(said)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {words(error.smtp_error)}"
    return str(error) if isinstance(error, Refusal) else f"{type(error).__name__}: {error}"


def is_final(error: Exception) -> bool:
    """True if this mail will never be taken (RFC 5321 §4.2.1: 5yz), or cannot be written. The sender is a setting, and may be mended."""
    if isinstance(error, smtplib.SMTPSenderRefused):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    return isinstance(error, ValueError)


def is_lost(error: Exception) -> bool:
    """True for what is the account's or the server's fault and would meet every mail: no mail behind this one is tried now.

    After 421 the server closes the channel (RFC 5321 §3.8).
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == 421 for code, _said in error.recipients.values())
    if isinstance(error, smtplib.SMTPSenderRefused):
        return True
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code == 421
    return isinstance(error, OSError | smtplib.SMTPServerDisconnected)


def words(said: bytes | str) -> str:
    """A server's words as text."""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
