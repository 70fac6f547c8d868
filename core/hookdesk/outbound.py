"""Addresses that somebody enters and the site opens: a feed, a webhook, a picture. They are opened here alone, so that nobody reaches
through the site what only the site can reach (server-side request forgery, OWASP's cheat sheet of that name)."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from time import monotonic
from urllib.parse import urljoin, urlsplit

import hookdesk
from hookdesk import networks

PORTS = {"http": 80, "https": 443}
MOST_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotPublic(ValueError):
    """A URL leads nowhere, or where strangers must not be led."""


class NoAnswer(OSError):
    """Nobody answered in time, or with something that can be used."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads. `addresses` are what is connected to, not the name: a moment later it may stand for another one."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, at last: the URL after all redirects, the status, the content type and the body."""

    url: str
    status: int
    content_type: str
    body: bytes


def fetch(url: str, *, most_bytes: int = 1_000_000, seconds: float = 10.0, allowed: tuple[str, ...] = ()) -> Answer:
    """Read what stands at a URL, within `most_bytes` and, once its host's addresses are known, `seconds`. Each redirect is looked at as
    the first URL was.

    It waits for others: not for a page, and never within a transaction. Statuses are the caller's business.

    Raises:
        NotPublic: as `target` says. NoAnswer: no answer, one that is too long, or too many redirects.
    """
    end = monotonic() + seconds
    for _each in range(MOST_REDIRECTS + 1):
        place = target(url, allowed)
        try:
            found, onward = _ask(place, url, end, most_bytes)
        except (OSError, http.client.HTTPException) as error:
            raise _no_answer(place, error) from error
        if not onward:
            return found
        url = urljoin(url, onward)
    raise NoAnswer(f"{place.host}: more than {MOST_REDIRECTS} redirects")


def post(
    url: str, form: bytes, *, most_bytes: int = 100_000, seconds: float = 10.0, allowed: tuple[str, ...] = ()
) -> Answer:
    """Send a form (application/x-www-form-urlencoded), and read what is answered; the rest is as in `fetch`. A redirect is no answer: what
    is in the form was meant for that host alone.

    Raises:
        NotPublic, NoAnswer: as `fetch`.
    """
    place = target(url, allowed)
    try:
        found, onward = _ask(place, url, monotonic() + seconds, most_bytes, form)
    except (OSError, http.client.HTTPException) as error:
        raise _no_answer(place, error) from error
    if onward:
        raise NoAnswer(f"{place.host}: leads elsewhere")
    return found


def _no_answer(place: Target, error: Exception) -> NoAnswer:
    """The same in words that name the host."""
    return NoAnswer(f"{place.host}: {error or type(error).__name__}")


def _ask(place: Target, url: str, end: float, most_bytes: int, form: bytes | None = None) -> tuple[Answer, str]:
    """One request: what was answered, and where it leads on."""
    headers = {"User-Agent": f"Hookdesk/{hookdesk.__version__}"}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    with _reached(place, end) as wire:
        connection = http.client.HTTPConnection(place.host, place.port)
        connection.default_port, connection.sock = PORTS[place.scheme], wire
        # one that sends a byte now and then keeps no socket's own time limit
        alarm = Timer(_left(end), wire.shutdown, (socket.SHUT_RDWR,))
        alarm.start()
        try:
            connection.request("GET" if form is None else "POST", place.path, form, headers)
            response = connection.getresponse()
            onward = response.headers.get("Location", "") if response.status in REDIRECTS else ""
            body = b"" if onward else response.read(most_bytes + 1)
            _left(end)
        finally:
            alarm.cancel()
    if len(body) > most_bytes:
        raise NoAnswer(f"the answer is longer than {most_bytes} bytes")
    return Answer(url, response.status, response.headers.get_content_type(), body), onward


@contextmanager
def _reached(place: Target, end: float) -> Iterator[socket.socket]:
    """A connection to the first of the addresses that takes it. A certificate is checked against the name of the host."""
    for address in place.addresses:
        try:
            plain = socket.create_connection((address, place.port), _left(end))
            break
        except OSError:
            if address == place.addresses[-1]:
                raise
    with plain:
        if place.scheme == "http":
            yield plain
            return
        with ssl.create_default_context().wrap_socket(plain, server_hostname=place.host) as wrapped:
            yield wrapped


def _left(end: float) -> float:
    """Seconds that are left."""
    left = end - monotonic()
    if left <= 0:
        raise NoAnswer("it took too long")
    return left


def target(url: str, allowed: tuple[str, ...] = ()) -> Target:
    """Where a URL leads, if all addresses of its host are public, or lie in the networks that an administrator allowed. Ask again before
    following a redirect. Waits for the name server: not for a page, and never within a transaction.

    Raises:
        NotPublic: it is no plain http or https URL, its host is unknown, or one of its addresses is not public.
    """
    scheme, host, port, path = _parts(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotPublic(f"{host} is unknown") from None
    addresses = tuple(dict.fromkeys(str(one[4][0]) for one in found))
    for address in addresses:
        if not is_public(address) and not networks.holds(allowed, address):
            raise NotPublic(f"{host} is no public address")
    return Target(scheme, host, port, path, addresses)


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port, and path with query of a plain URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotPublic("this is no URL") from None
    if parts.scheme not in PORTS or not host or "@" in parts.netloc:
        raise NotPublic("only http:// and https:// with a host, and without a user, are opened")
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    if not path.isascii() or not path.isprintable() or " " in path:
        raise NotPublic("there is a character in it that a URL cannot have; write it as %XX")
    return parts.scheme, host, port or PORTS[parts.scheme], path


def is_public(address: str) -> bool:
    """True for an address that everybody on the internet reaches, whichever way it is written or wrapped into IPv6."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return found.is_global and not found.is_multicast
