"""Bounces, automatic answers and complaints of many programs and languages; and people who only write of such things."""

from __future__ import annotations

import tomllib
from email.header import Header
from pathlib import Path
from typing import Any

import pytest

from hookdesk.api import InboundMessage
from hookdesk_email_in.parse import parse_message

KINDS: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parent / "kinds.toml").read_text(encoding="utf-8")
)


def read(told: dict[str, Any]) -> InboundMessage:
    """The mail of a row."""
    headers = [
        f"From: {told['from']}",
        "To: help@example.com",
        f"Subject: {Header(told['subject'], 'utf-8').encode() if not told['subject'].isascii() else told['subject']}",
        "Message-ID: <report@mx.example.org>",
        "MIME-Version: 1.0",
        "Content-Transfer-Encoding: 8bit",
        *told.get("headers", ()),
    ]
    if not any(header.startswith("Content-Type") for header in headers):
        headers.append("Content-Type: text/plain; charset=utf-8")
    return parse_message("\n".join([*headers, "", told["body"], ""]).encode())


@pytest.mark.parametrize("kind", KINDS)
def test_each_mail_is_of_its_kind(kind: str) -> None:
    assert {name: found for name, told in KINDS[kind].items() if (found := read(told).kind.value) != kind} == {}


def test_a_bounce_names_who_did_not_get_the_mail() -> None:
    bounces = KINDS["bounce"].items()
    named = {name: {one.address for one in read(told).bounced} for name, told in bounces if "failed" in told}
    assert {name: found for name, found in named.items() if found != {"grace@example.org"}} == {}


def test_a_warning_of_a_delay_is_not_final() -> None:
    bounces = KINDS["bounce"].items()
    final = {name: all(one.is_final for one in read(told).bounced) for name, told in bounces}
    assert {name for name, found in final.items() if not found} == {
        n for n, told in bounces if not told.get("final", True)
    }
