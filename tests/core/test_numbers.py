"""Whatever number somebody types into an address, the answer is a page in words and no error of ours."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from hookdesk.api import Actor, Ticket, actors
from hookdesk.testing import Client

pytestmark = pytest.mark.plugins("*")
HUGE = "9" * 25
EARLIEST, LATE = "0001-01-01T00:00:00%2B14:00~1", f"{2**40}~1"


@pytest.fixture
def everybody(hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """One browser that may see everything: an administrator's, who is a requester too."""
    agent = make_agent(is_admin=True)
    with hookdesk_app.app_context():
        requester = actors.requester_actor(agent.user_id or 0)
    assert requester is not None
    hookdesk_client.sign_in(agent)
    hookdesk_client.sign_in(requester)
    return hookdesk_client


def test_an_id_that_no_column_holds_is_not_there(hookdesk_app: Flask, everybody: Client) -> None:
    asked = 0
    for rule in hookdesk_app.url_map.iter_rules():
        if "<int:" in rule.rule and "GET" in (rule.methods or ()):
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", re.sub(r"<int:\w+>", HUGE, rule.rule))
            assert everybody.get(re.sub(r"<[^>]*>", "x", path)).status_code == 404, rule
            asked += 1
    assert asked


@pytest.mark.parametrize(
    ("name", "value"), [("before", HUGE), ("before", EARLIEST), ("after", LATE), ("since", f"-{HUGE}")]
)
def test_a_place_in_a_list_that_cannot_be_is_no_place(
    hookdesk_app: Flask, everybody: Client, make_ticket: Callable[..., Ticket], name: str, value: str
) -> None:
    number = make_ticket(email="ada@helpdesk.example").number
    with hookdesk_app.test_request_context():
        pages = {
            rule.rule
            for rule in hookdesk_app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and "<" not in rule.rule and "out" not in rule.rule
        }
    pages |= {f"/tickets/{number}", f"/agent/tickets/{number}"}
    pages |= {f"/agent/?sort={order}" for order in ("oldest", "priority", "due")} | {"/agent/search/?q=fire"}
    for page in sorted(pages):
        answer = everybody.get(f"{page}{'&' if '?' in page else '?'}{name}={value}")
        assert answer.status_code < 500 or page == "/health", page
