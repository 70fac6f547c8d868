"""What an answer says: which tickets it shows, and whether it differs from another one."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser
from werkzeug.test import TestResponse

from tests.guard.company import Company

UNKNOWN, UNKNOWN_ID = "99999", 999_999
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
