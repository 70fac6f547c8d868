"""What an answer says: which tickets it shows, whether it differs from another one, and what stands on all pages behind it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser
from werkzeug.test import TestResponse

from hookdesk.testing import Client
from tests.guard.company import Company

UNKNOWN, UNKNOWN_ID = "99999", 999_999
MOST_PAGES = 150
_ONCE = re.compile(r'((?:csrf_token" value|nonce|csrf-token" content|csp-nonce" content)=")[^"]+')


def shown(answer: TestResponse, company: Company) -> set[int]:
    """The tickets whose subjects stand on a page."""
    return {case.place for case in company.cases if case.word("subject") in answer.text}


def same(answer: TestResponse, other: TestResponse, number: str = UNKNOWN) -> None:
    """Two answers do not differ, but for the number that was asked for and what is new on every page."""
    assert answer.status_code == other.status_code
    bodies = [_ONCE.sub("", one.text).replace(number, UNKNOWN) for one in (answer, other)]
    assert bodies[0] == bodies[1]
    assert set(answer.headers.keys()) == set(other.headers.keys())


def count_of(answer: TestResponse, label: str) -> int:
    """The number beside a queue in the sidebar."""
    for item in LexborHTMLParser(answer.data).css(".sidebar-section a"):
        count, name = item.css_first(".count"), item.css_first(".cut")
        if count is not None and name is not None and name.text() == label:
            return int(count.text())
    return 0


def crawl(client: Client, starts: Sequence[str], forbidden: Iterable[str]) -> list[str]:
    """Look at some pages, each of them, and follow their links on as far as that goes; where a forbidden word stands."""
    todo, known, leaks, left = deque(starts), set(starts), [], len(starts)
    while todo and (left > 0 or len(known) <= MOST_PAGES + len(starts)):
        path, left = todo.popleft(), left - 1
        answer = client.get(path)
        told = "\n".join([*(f"{name}: {value}" for name, value in answer.headers), answer.get_data(as_text=True)])
        # A page may repeat what it was asked for.
        leaks += [f"{path}: {word}" for word in forbidden if word in told and word not in path]
        for link in _links(answer, path):
            if link not in known:
                known.add(link)
                todo.append(link)
    return leaks


def _links(answer: TestResponse, path: str) -> list[str]:
    """Addresses of this site that a page leads to, or that it was answered with."""
    if answer.location:
        return [_local(urljoin(path, answer.location))]
    if answer.mimetype != "text/html":
        return []
    tree = LexborHTMLParser(answer.data)
    found = [node.attributes.get(name) for name in ("href", "src", "data-live") for node in tree.css(f"[{name}]")]
    local = [_local(urljoin(path, link)) for link in found if link and not re.match(r"[a-z]+:|#", link)]
    return [link for link in local if not link.startswith("/static/")]


def _local(url: str) -> str:
    """Path and query."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
