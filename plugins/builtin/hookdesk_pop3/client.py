"""A mailbox over POP3 (RFC 1939). Messages are known by their UIDL; deletions hold once the server has said yes to QUIT, and not before."""

from __future__ import annotations

import base64
import hashlib
import poplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from hookdesk_mailboxes.protocols import Account, FetchProblem, Item, Letter, News, Place

INBOX = "INBOX"
VALIDITY = "uidl"
LONGEST_KEY = 200
"""Characters of a UIDL; the RFC allows 70."""
poplib._MAXLINE = 1_000_000  # type: ignore[attr-defined]  # by default it gives up at 2 kB, and real mails have longer lines
TOP_LINES = 200
"""Of a message that is too long, so many lines of the body are read."""


class Pop3Connection:
    """A connection that is signed in. It sees the mailbox as it was when it began, so it is for one look."""

    def __init__(self, account: Account) -> None:
        """Connect and sign in.

        Raises:
            FetchProblem: the server refuses it. OSError: there is no connection.
        """
        context = ssl.create_default_context()
        self._is_closed = False
        self._client: poplib.POP3 = (
            poplib.POP3_SSL(account.host, account.port, timeout=account.timeout, context=context)
            if account.security == "tls"
            else poplib.POP3(account.host, account.port, timeout=account.timeout)
        )
        try:
            if account.security == "starttls":
                with _told("tls"):
                    self._client.stls(context)
            with _told("login"):
                self._sign_in(account)
        except BaseException:
            with suppress(Exception):
                self._client.close()
            raise

    def _sign_in(self, account: Account) -> None:
        """With USER and PASS, or with XOAUTH2 in the two steps that Microsoft's servers insist on."""
        if account.token is None:
            self._client.user(account.user)
            self._client.pass_(account.password)
            return
        say = self._client._shortcmd  # type: ignore[attr-defined]  # poplib has no public way to send what SASL needs
        say("AUTH XOAUTH2")
        answer = say(base64.b64encode(account.token.xoauth2.encode()).decode())
        if not answer.startswith(b"+OK"):  # a refusal begins as a question, and is said once that is answered
            say("")

    def folders(self) -> Sequence[str]:
        """The one there is."""
        return [INBOX]

    def make_folder(self, name: str) -> None:
        """There are none to make."""
        raise FetchProblem("archive", name)

    def count(self, folder: str) -> int:
        """How many messages there are."""
        with _told("server"):
            return self._client.stat()[0]

    def news(self, folder: str, place: Place) -> News:
        """What is new, by the UIDLs of all messages, which the server lists in one answer."""
        with _told("uidl"):
            _answer, lines, _size = self._client.uidl()
        keys = dict(_key(line) for line in lines)
        known = place.known()
        present = frozenset(keys.values())
        new = {number: key for number, key in keys.items() if key not in known}
        sizes = self._sizes() if new else {}
        return News(
            VALIDITY,
            [Item(key, number, sizes.get(number, 0)) for number, key in sorted(new.items())],
            [Item(key, number) for number, key in sorted(keys.items()) if key in known],
            is_anew=bool(known) and bool(new) and not known & present,
            present=present,
        )

    def _sizes(self) -> dict[int, int]:
        with _told("server"):
            _answer, lines, _size = self._client.list()
        return {int(number): int(size) for number, size in (line.split()[:2] for line in lines)}

    def read(self, folder: str, items: Sequence[Item], most_bytes: int) -> Iterator[Letter]:
        """The messages, in order."""
        for item in items:
            is_cut = item.size > most_bytes
            with _told("server"):
                _answer, lines, _size = (
                    self._client.top(item.number, TOP_LINES) if is_cut else self._client.retr(item.number)
                )
            raw = b"\r\n".join(lines) + b"\r\n"
            yield Letter(item, raw[:most_bytes], is_cut=is_cut or len(raw) > most_bytes)

    def settle(self, folder: str, items: Sequence[Item], act: str, archive: str) -> None:
        """Mark them as deleted; they go when the connection is closed in good order."""
        if act == "delete":
            for item in items:
                with _told("archive"):
                    self._client.dele(item.number)

    def wait(self, seconds: float) -> bool | None:
        """The server cannot tell."""
        return None

    def close(self) -> None:
        """Sign out. If that fails nothing was deleted, and it is done at the next look."""
        if self._is_closed:
            return
        self._is_closed = True
        with suppress(Exception):
            self._client.quit()
        with suppress(Exception):
            self._client.close()


def _key(line: bytes) -> tuple[int, str]:
    """Number and UIDL of a line."""
    number, _space, key = line.decode("latin-1").partition(" ")
    if len(key) > LONGEST_KEY:
        key = hashlib.sha256(key.encode()).hexdigest()
    return int(number), key


@contextmanager
def _told(kind: str) -> Iterator[None]:
    """What the server refuses is a problem of that kind; what makes no sense is the server's."""
    try:
        yield
    except poplib.error_proto as error:
        said = error.args[0] if error.args else ""
        detail = " ".join((said.decode(errors="replace") if isinstance(said, bytes) else str(said)).split())[:300]
        raise FetchProblem("ended" if "EOF" in detail else kind, detail) from error
    except ConnectionError as error:
        raise FetchProblem("ended", str(error)) from error
