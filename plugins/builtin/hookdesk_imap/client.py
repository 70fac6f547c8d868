"""A mailbox over IMAP (RFC 9051), read by UID: what is unread or flagged says nothing about what was taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from ssl import SSLWantReadError, create_default_context
from time import monotonic
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from hookdesk_mailboxes.protocols import Account, FetchProblem, Item, Letter, News, Place

IDLE_S = 20 * 60
"""Servers may end a connection after half an hour of silence, so IDLE begins anew before (RFC 2177)."""
SIZES = 1000
"""Messages whose size is asked for at a time."""
_FACTS = [b"RFC822.SIZE", b"INTERNALDATE"]


class _Client(IMAPClient):  # type: ignore[misc]  # IMAPClient has no types
    """IMAPClient, which asks the socket alone whether the server has spoken: what was read ahead with an earlier line would wait there."""

    def _poll_socket(self, sock: Any, timeout: float | None = None) -> object:
        """Whether there is a line to read, after so many seconds at most. The socket does not block."""
        with suppress(BlockingIOError, SSLWantReadError):
            if self._imap.file.peek(1):
                return True
        return super()._poll_socket(sock, timeout)


class ImapConnection:
    """A connection that is signed in. It stays open between two looks, in IDLE where the server offers that."""

    def __init__(self, account: Account) -> None:
        """Connect and sign in.

        Raises:
            FetchProblem: the server refuses it. OSError: there is no connection.
        """
        context = create_default_context()
        timeout = SocketTimeout(connect=account.timeout / 2, read=account.timeout)
        with _told("server"):
            self._client = _Client(
                account.host, account.port, ssl=account.security == "tls", ssl_context=context, timeout=timeout
            )
        try:
            if account.security == "starttls":
                with _told("tls"):
                    self._client.starttls(context)
            self._sign_in(account)
            with _told("server"):
                self._can = frozenset(self._client.capabilities())
        except BaseException:
            with suppress(Exception):
                self._client.shutdown()
            raise
        self._selected = self._validity = ""
        self._has_news = self._was_idle = False
        self._idle_since: float | None = None

    def _sign_in(self, account: Account) -> None:
        with _told("login"):
            if account.token is not None:
                self._client.oauth2_login(account.token.user, account.token.token)
            else:
                self._client.login(account.user, account.password)

    def folders(self) -> Sequence[str]:
        """The names of the folders that mail can be read from."""
        self._end_idle()
        with _told("server"):
            found = self._client.list_folders()
        return [str(name) for flags, _delimiter, name in found if b"\\noselect" not in {flag.lower() for flag in flags}]

    def make_folder(self, name: str) -> None:
        """Make a folder, if it is not there."""
        self._end_idle()
        with _told("archive"):
            if not self._client.folder_exists(name):
                self._client.create_folder(name)
                self._client.subscribe_folder(name)

    def count(self, folder: str) -> int:
        """How many messages a folder holds."""
        self._end_idle()
        with _told("folder"):
            return int(self._client.folder_status(folder, [b"MESSAGES"])[b"MESSAGES"])

    def news(self, folder: str, place: Place) -> News:
        """What is new. One round trip if nothing is, none if the server has told of nothing since in IDLE."""
        self._end_idle()
        if not self._may_have_news(folder, place):
            return News(place.validity)
        validity = self._select(folder)
        last, settled = (place.last, place.settled) if validity == place.validity else (0, 0)
        self._has_news = False
        with _told("folder"):
            new = [uid for uid in self._client.search(["UID", f"{last + 1}:*"]) if uid > last]
            left = self._client.search(["UID", f"{settled + 1}:{last}"]) if settled < last else []
        items = (Item(str(uid), uid) for uid in sorted(new)) if place.is_careful else self._items(sorted(new))
        return News(validity, tuple(items), [Item(str(uid), uid) for uid in sorted(left)])

    def _may_have_news(self, folder: str, place: Place) -> bool:
        """Ask the server as shortly as can be."""
        if place.settled < place.last or not place.validity:
            return True
        if folder == self._selected:
            if not self._has_news and not self._was_idle and not self._heard_of_more():
                with _told("server"):
                    self._client.noop()
            return self._has_news or self._heard_of_more()
        with _told("folder"):
            told = self._client.folder_status(folder, [b"UIDVALIDITY", b"UIDNEXT"])
        return str(told[b"UIDVALIDITY"]) != place.validity or int(told[b"UIDNEXT"]) > place.last + 1

    def _heard_of_more(self) -> bool:
        """True if a message came into the selected folder that the server told of beside its answer to some command."""
        _word, told = self._client._imap.response("EXISTS")  # imaplib keeps what nobody asked for until it is asked for
        self._has_news = self._has_news or any(told)
        return self._has_news

    def _select(self, folder: str) -> str:
        """Select a folder; its UIDVALIDITY. A folder that is selected stays so, its validity with it (RFC 9051, section 2.3.1.1)."""
        if folder != self._selected:
            self._selected = ""
            with _told("folder"):
                self._validity = str(self._client.select_folder(folder)[b"UIDVALIDITY"])
            self._heard_of_more()  # of those that were there before
            self._selected, self._has_news = folder, True
        return self._validity

    def _items(self, uids: Sequence[int]) -> Iterator[Item]:
        """What is known of messages before they are read."""
        for start in range(0, len(uids), SIZES):
            with _told("server"):
                found = self._client.fetch(uids[start : start + SIZES], _FACTS)
            for uid, facts in sorted(found.items()):
                yield Item(str(uid), uid, int(facts.get(b"RFC822.SIZE", 0)), _aware(facts.get(b"INTERNALDATE")))

    def read(self, folder: str, items: Sequence[Item], most_bytes: int) -> Iterator[Letter]:
        """The messages, in order; those that are gone by now are left out. They stay unread."""
        self._end_idle()
        self._select(folder)
        bodies = self._bodies([item for item in items if 0 < item.size <= most_bytes])
        for item in items:
            if not 0 < item.size <= most_bytes:
                raw = self._body(item.number, f"BODY.PEEK[]<0.{most_bytes + 1}>", b"BODY[]<0>")
                if raw is not None:
                    yield Letter(item, raw[:most_bytes], is_cut=len(raw) > most_bytes)
                else:
                    self._must_be_gone(item)
            elif item.number in bodies:
                yield Letter(item, bodies.pop(item.number))
            else:
                self._must_be_gone(item)

    def _must_be_gone(self, item: Item) -> None:
        """A server that says nothing of a message has none of that number, or does not hand it out: only the first may be passed over.

        Raises:
            FetchProblem: it is the second.
        """
        with _told("server"):
            if self._client.search(["UID", str(item.number)]):
                raise FetchProblem("server", "no text")

    def _bodies(self, items: Sequence[Item]) -> dict[int, bytes]:
        """The whole messages by number."""
        if not items:
            return {}
        with _told("server"):
            found = self._client.fetch([item.number for item in items], [b"BODY.PEEK[]"])
        return {int(uid): parts[b"BODY[]"] for uid, parts in found.items() if parts.get(b"BODY[]") is not None}

    def _body(self, uid: int, wanted: str, key: bytes) -> bytes | None:
        """A part of one message; None if it is gone."""
        with _told("server"):
            found = self._client.fetch([uid], [wanted.encode()])
        raw = found.get(uid, {}).get(key)
        return raw if isinstance(raw, bytes) else None

    def settle(self, folder: str, items: Sequence[Item], act: str, archive: str) -> None:
        """Do with messages that are kept what the admin wants. A server without UIDPLUS only gets them marked as deleted: its EXPUNGE
        would take along what others have marked.
        """
        self._end_idle()
        self._select(folder)
        uids = [item.number for item in items]
        with _told("archive"):
            if act == "flag":
                self._client.add_flags(uids, [b"\\Seen"], silent=True)
            elif act == "move":
                self._move(uids, archive)
            elif act == "delete":
                self._delete(uids)

    def _move(self, uids: list[int], archive: str) -> None:
        """Into the archive, which is made if it is missing."""
        for is_again in (False, True):
            try:
                if b"MOVE" in self._can:
                    self._client.move(uids, archive)
                else:
                    self._client.copy(uids, archive)
                    self._delete(uids)
                return
            except IMAPClientAbortError:
                raise
            except IMAPClientError:
                if is_again or self._client.folder_exists(archive):
                    raise
                self._client.create_folder(archive)

    def _delete(self, uids: list[int]) -> None:
        self._client.add_flags(uids, [b"\\Deleted"], silent=True)
        if b"UIDPLUS" in self._can:
            self._client.uid_expunge(uids)

    def wait(self, seconds: float) -> bool | None:
        """Wait in IDLE (RFC 2177) for something to come into the selected folder. None at once where the server has none of it."""
        if b"IDLE" not in self._can or not self._selected:
            return None
        if self._idle_since is not None and monotonic() - self._idle_since > IDLE_S:
            self._end_idle()
        with _told("ended"):
            if self._idle_since is None:
                self._client.idle()
                self._idle_since = monotonic()
                if self._heard_of_more():  # it came before the server was idle, so it is not told again
                    return True
            began = monotonic()
            told = self._client.idle_check(timeout=seconds)
        self._has_news = self._has_news or _tells_of_more(told)
        if not told and monotonic() - began < seconds / 2:  # that is how a connection looks whose server has gone
            raise FetchProblem("ended")
        return self._has_news

    def _end_idle(self) -> None:
        """Speak again."""
        self._was_idle = self._idle_since is not None
        if self._idle_since is None:
            return
        self._idle_since = None
        with _told("ended"):
            self._client.idle_done()
        self._heard_of_more()

    def close(self) -> None:
        """Sign out."""
        with suppress(Exception):
            if self._idle_since is not None:
                self._client.idle_done()
            self._client.logout()
        with suppress(Exception):
            self._client.shutdown()


def _tells_of_more(told: Sequence[Any]) -> bool:
    """True if lines of IDLE tell of a message that came."""
    return any(len(line) > 1 and line[1] in (b"EXISTS", b"RECENT") for line in told)


@contextmanager
def _told(kind: str) -> Iterator[None]:
    """What the server refuses is a problem of that kind; what it ends in the middle is one of its own."""
    try:
        yield
    except ConnectionRefusedError:
        raise
    except (IMAPClientAbortError, ConnectionError) as error:
        raise FetchProblem("ended", _line(error)) from error
    except LoginError as error:
        raise FetchProblem("login", _line(error)) from error
    except IMAPClientError as error:
        raise FetchProblem(kind, _line(error)) from error


def _line(error: BaseException) -> str:
    """What was said, in one line; imaplib hands the server's words on as the source of bytes."""
    said = " ".join(str(error).split())
    return (said[2:-1] if said.startswith(("b'", 'b"')) else said)[:300]


def _aware(moment: object) -> datetime | None:
    """IMAPClient gives local times without a zone."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else None
