"""What each kind of field takes, keeps and shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from hookdesk.api import CoreSettings, site, system
from hookdesk.testing import Clock
from hookdesk_forms.kinds import FieldProblem, Spec, all_kinds

pytestmark = pytest.mark.plugins("forms", "topics")
LINES = {"lines": "win: Windows\nmac: macOS\nOther"}


def spec_of(kind: str, **options: Any) -> Spec:
    return Spec(1, 1, "ticket", "it", kind, "It", options=options)


@pytest.mark.parametrize(
    ("kind", "options", "given", "values"),
    [
        ("text", {}, "  a \x00 b ", ("a b",)),
        ("text", {}, 4711, ("4711",)),
        ("text", {"must_be": "ip"}, "2001:db8::1", ("2001:db8::1",)),
        ("text", {"must_be": "pattern", "pattern": "[A-Z]{2}-[0-9]+"}, "DE-12", ("DE-12",)),
        ("long_text", {}, "a\r\nb", ("a\nb",)),
        ("rich_text", {}, "<p>Hi <script>x</script><b>there</b></p>", ("<p>Hi <b>there</b></p>",)),
        ("rich_text", {}, "<p> </p>", ()),
        ("choice", LINES, "mac", ("mac",)),
        ("choice", LINES, "MACOS", ("mac",)),
        ("choice", LINES, "other", ("Other",)),
        ("choice", LINES | {"is_multiple": True}, ["mac", "win", "mac"], ("mac", "win")),
        ("boolean", {}, ["n", "y"], (True,)),
        ("boolean", {}, ["n"], (False,)),
        ("boolean", {}, False, (False,)),
        ("date", {}, "2026-02-28", (datetime(2026, 2, 28, tzinfo=UTC),)),
        ("date", {"has_time": True}, "2026-02-28T10:00+02:00", (datetime(2026, 2, 28, 8, tzinfo=UTC),)),
        ("number", {"decimals": 2}, "1,25", (1.25,)),
        ("number", {}, "-7", (-7.0,)),
        ("phone", {"has_extension": True}, "(030) 123-4567 x 89", ("0301234567X89",)),
        ("phone", {"has_extension": True}, "5551234567X89", ("5551234567X89",)),
        ("phone", {}, "+49 30 123456", ("+4930123456",)),
        ("email", {}, "Ada@Example.org", ("ada@example.org",)),
        ("url", {}, "example.org/page?x=1", ("https://example.org/page?x=1",)),
        ("priority", {}, "High", None),
        ("text", {}, "", ()),
        ("date", {}, "", ()),
        ("number", {}, None, ()),
    ],
)
def test_a_value_is_kept_as_what_it_is(
    hookdesk_app: Flask, kind: str, options: dict[str, Any], given: Any, values: tuple[Any, ...] | None
) -> None:
    spec = spec_of(kind, **options)
    with hookdesk_app.test_request_context("/"):
        found = all_kinds()[kind]
        taken = found.accept(spec, given)
        assert values is None or taken == values
        again = found.accept(spec, [found.plain(one) for one in taken])
        assert again == taken, "JSON and back"
        assert found.accept(spec, [found.typed(spec, one) for one in taken]) == taken, "a form and back"
        if taken:
            assert found.words(spec, taken)
            assert "<script" not in found.html(spec, taken)


@pytest.mark.parametrize(
    ("kind", "options", "given", "words"),
    [
        ("text", {"most": 3}, "four", "at most 3"),
        ("text", {"least": 3}, "ab", "at least 3"),
        ("text", {}, "x" * 501, "at most 500"),
        ("text", {}, ["a", "b"], "Only one"),
        ("text", {}, {"a": 1}, "no text"),
        ("text", {"must_be": "digits"}, "٣", "digits"),
        ("text", {"must_be": "ip"}, "300.1.1.1", "IP address"),
        ("text", {"must_be": "pattern", "pattern": "(a+)+b", "pattern_words": "An a and a b."}, "a" * 400, "An a and a b."),
        ("long_text", {}, "x" * 20_001, "at most 20000"),
        ("choice", LINES, "amiga", "cannot be chosen"),
        ("choice", LINES, ["mac", "win"], "Only one"),
        ("boolean", {}, "perhaps", "neither yes nor no"),
        ("date", {}, "31.02.2026", "as in 2026-12-31"),
        ("date", {}, "0001-01-01", "year"),
        ("date", {"earliest": "2026-01-01"}, "2025-12-31", "or later"),
        ("date", {"latest": "2026-01-01"}, "2026-01-02", "or earlier"),
        ("date", {"when": "future"}, "2026-05-31", "still to come"),
        ("date", {"when": "past"}, "2026-06-02", "has been"),
        ("number", {}, "1.5", "whole"),
        ("number", {"decimals": 1}, "1.25", "too many digits"),
        ("number", {"most": 10.0}, "11", "at most 10"),
        ("number", {"least": 1.0}, "0", "at least 1"),
        ("number", {}, "NaN", "a number"),
        ("number", {}, "1e99", "a number"),
        ("number", {}, True, "no text"),
        ("phone", {}, "12", "too short"),
        ("phone", {}, "12345678 x 9", "extension"),
        ("phone", {}, "call me", "phone number"),
        ("email", {}, "ada at example", "whole address"),
        ("url", {}, "javascript:alert(1)", "an address"),
        ("url", {}, "ftp://example.org", "an address"),
        ("file", {}, "c3ludGhldGlj", "cannot be given"),
        ("department", {}, "999999999999999999999", "cannot be chosen"),
        ("topic", {}, "topics:99", "cannot be chosen"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_in_clear_words(
    hookdesk_app: Flask, clock: Clock, kind: str, options: dict[str, Any], given: Any, words: str
) -> None:
    with hookdesk_app.test_request_context("/"), pytest.raises(FieldProblem, match=words):
        all_kinds()[kind].accept(spec_of(kind, **options), given)


def test_a_moment_is_meant_in_the_readers_zone(hookdesk_app: Flask) -> None:
    with hookdesk_app.test_request_context("/"):
        site().settings.save("core", CoreSettings, {"timezone": "Europe/Berlin"}, system())
        kind, spec = all_kinds()["date"], spec_of("date", has_time=True)
        (taken,) = kind.accept(spec, "2026-02-28T10:00")
        assert taken == datetime(2026, 2, 28, 9, tzinfo=UTC)
        assert kind.typed(spec, taken) == "2026-02-28T10:00"


@pytest.mark.parametrize(
    ("kind", "options", "blamed"),
    [
        ("text", {"least": 9, "most": 3}, "most"),
        ("text", {"must_be": "pattern", "pattern": "(?=x)"}, "pattern"),
        ("choice", {}, "lines"),
        ("choice", {"lines": "a\nb\nA"}, "lines"),
        ("choice", {"lines": "\n".join(map(str, range(201)))}, "lines"),
        ("date", {"earliest": "tomorrow"}, "earliest"),
        ("date", {"earliest": "2026-02-01", "latest": "2026-01-01"}, "latest"),
        ("number", {"least": 2.0, "most": 1.0}, "most"),
        ("list", {}, "list_id"),
        ("information", {}, "text"),
    ],
)
def test_options_that_leave_nothing_are_told_to_the_admin(
    hookdesk_app: Flask, kind: str, options: dict[str, Any], blamed: str
) -> None:
    with hookdesk_app.test_request_context("/"):
        assert blamed in all_kinds()[kind].check(options)
