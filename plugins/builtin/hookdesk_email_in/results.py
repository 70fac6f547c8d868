"""What a mail server that we trust found out about a mail's sender: `Authentication-Results` (RFC 8601).

Anybody can write such a header. Those count that stand on top under a trusted name: the server puts its own above what came with the mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from hookdesk.api import InboundMessage
from hookdesk_email_in.addresses import parse_addresses

_HEADER = "authentication-results"
_COMMENT = re.compile(r"\((?:[^()\\]|\\.){0,500}\)")
_RESULT = re.compile(r"\s*([a-z][\w-]*)(?:\s*/\s*\d+)?\s*=\s*([a-z]\w*)", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(smtp|header|policy)\s*\.\s*([\w-]+)\s*=\s*\"?([^\s;\"]{1,320})", re.IGNORECASE)
_MOST = 20


@dataclass(frozen=True, slots=True)
class Result:
    """One method's outcome ("spf", "pass") and the domain that it speaks of, "" if it names none."""

    method: str
    outcome: str
    domain: str = ""

    def __str__(self) -> str:
        """As the page shows it: "spf=pass (example.org)"."""
        return f"{self.method}={self.outcome}" + (f" ({self.domain})" if self.domain else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether the sender is who the mail says: "confirmed", "refuted", "open" (nothing proves or refutes it), or "" if no server that we
    trust has looked."""

    state: Literal["confirmed", "refuted", "open", ""] = ""
    results: tuple[Result, ...] = ()

    @property
    def details(self) -> str:
        """The results in one line."""
        return "; ".join(map(str, self.results))


def finding_of(message: InboundMessage, trusted: Iterable[str]) -> Finding:
    """What the trusted servers found out about the sender of a mail."""
    return finding([(name, value) for name, value in message.headers], trusted)


def finding(headers: Iterable[tuple[str, str]], trusted: Iterable[str]) -> Finding:
    """The same from headers in the order in which they stand."""
    names = {name.strip().lower() for name in trusted} - {""}
    if not names:
        return Finding()
    headers = list(headers)
    results: dict[str, list[Result]] = {}
    for value in _on_top(headers, names):
        for result in _results(value):
            results.setdefault(result.method, []).append(result)
    if not results:
        return Finding()
    told = tuple(result for several in results.values() for result in several)[:_MOST]
    return Finding(_state(results, _from_domain(headers)), told)


def _on_top(headers: Iterable[tuple[str, str]], names: set[str]) -> Iterator[str]:
    """The results that the trusted server wrote: the topmost ones, up to the next trace of another server's hands."""
    begun = False
    for name, value in headers:
        key = name.lower()
        if key == _HEADER and _server(value) in names:
            begun = True
            yield value
        elif begun and key in ("received", _HEADER):
            return


def _server(value: str) -> str:
    """The name under which a server reports, without its version (RFC 8601 section 2.2)."""
    return (_COMMENT.sub(" ", value).partition(";")[0].split() or [""])[0].strip('"').lower()


def _results(value: str) -> Iterator[Result]:
    """The results in a header: "server; method=outcome property=value; …"."""
    for piece in _COMMENT.sub(" ", value[:10_000]).split(";")[1 : _MOST + 1]:
        if found := _RESULT.match(piece):
            told = {f"{kind}.{name}".lower(): value for kind, name, value in _PROPERTY.findall(piece)}
            wanted = {"spf": "smtp.mailfrom", "dkim": "header.d", "dmarc": "header.from"}.get(found[1].lower(), "")
            about = told.get(wanted) or (told.get("header.i", "") if wanted == "header.d" else "")
            yield Result(found[1].lower(), found[2].lower(), about.rpartition("@")[2].strip("<>.").lower())


def _from_domain(headers: Iterable[tuple[str, str]]) -> str:
    """The domain of the one address in From; "" if that is not just one, which proves nothing (RFC 7489 section 6.6.1)."""
    values = [value for name, value in headers if name.lower() == "from"]
    boxes = parse_addresses(values[0].encode("utf-8", "replace")) if len(values) == 1 else []
    return boxes[0].address.rpartition("@")[2].lower() if len(boxes) == 1 else ""


def _state(results: dict[str, list[Result]], domain: str) -> Literal["confirmed", "refuted", "open"]:
    """DMARC's word counts most (RFC 7489): it is the one method that is about From. Else SPF or DKIM, if it names the same domain."""
    dmarc = next((one for one in results.get("dmarc", ()) if one.outcome in ("pass", "fail")), None)
    if dmarc is not None and dmarc.outcome == "fail":
        return "refuted"
    if domain and dmarc is not None and (dmarc.domain or domain) == domain:
        return "confirmed"
    passed = [one for name in ("dkim", "spf") for one in results.get(name, ()) if one.outcome == "pass"]
    if domain and dmarc is None and any(one.domain and one.domain == domain for one in passed):
        return "confirmed"
    spf = next(iter(results.get("spf", ())), None)
    return "refuted" if spf is not None and spf.outcome == "fail" and not passed else "open"
