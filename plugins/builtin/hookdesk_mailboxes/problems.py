"""What keeps a mailbox from being read, in words for an administrator."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

from flask_babel import gettext as _

from hookdesk_mailboxes.protocols import FetchProblem

MOST_DETAIL = 500
_WORDS: dict[str, Callable[[], str]] = {
    "unknown_host": lambda: _("The server's name is unknown. Is it written right?"),
    "refused": lambda: _("Nobody listens there. Are server and port right, and does a firewall let the connection through?"),
    "timeout": lambda: _("The server did not answer in time."),
    "certificate": lambda: _("The server's certificate is not trusted, or is made out to another name."),
    "tls": lambda: _("No encrypted connection came about. Does the encryption fit the port?"),
    "login": lambda: _("The server refused the user name or the password."),
    "token": lambda: _("There is no valid sign-in with the provider. Connect it again."),
    "token_refused": lambda: _("The server refused the token of the sign-in. Connect it again, and check that it may read this mailbox."),
    "folder": lambda: _("A folder is not there, or may not be read."),
    "archive": lambda: _("Mail was taken in, but could not be tidied up on the server."),
    "ended": lambda: _("The server ended the connection."),
    "unreadable": lambda: _("The server could not hand out a message; it was left where it is. The others were taken in."),
    "server": lambda: _("The server answered with an error."),
    "uidl": lambda: _("The server cannot tell its messages apart (it has no UIDL), so POP3 is not safe with it. Use IMAP."),
    "protocol": lambda: _("The plugin for this protocol is switched off."),
    "silent": lambda: _("It was not looked into for too long. Is a worker running?"),
    "own": lambda: _("Something went wrong on our own side; the log has more."),
}  # fmt: skip


def words(kind: str, detail: str = "") -> str:
    """A problem as a sentence or two, with what the server said at the end; "" for none."""
    if not kind:
        return ""
    told = _WORDS.get(kind, _WORDS["own"])()
    return f"{told} ({detail})" if detail else told


def problem_of(error: BaseException) -> FetchProblem:
    """Whatever was raised while a server was talked to, as a problem."""
    if isinstance(error, FetchProblem):
        return error
    detail = " ".join(str(error).split())[:MOST_DETAIL]
    for types, kind in _KINDS:
        if isinstance(error, types):
            return FetchProblem(kind, detail)
    return FetchProblem("own", f"{type(error).__name__}: {detail}"[:MOST_DETAIL])


_KINDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ssl.SSLCertVerificationError,), "certificate"),
    ((socket.gaierror, UnicodeError), "unknown_host"),
    ((TimeoutError,), "timeout"),
    ((ssl.SSLError,), "tls"),
    ((ConnectionRefusedError,), "refused"),
    ((ConnectionError, EOFError), "ended"),
    ((OSError,), "refused"),
)
