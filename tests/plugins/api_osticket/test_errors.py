"""What cannot be done is answered in plain words, and garbage is never our error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from tests.plugins.api_osticket.conftest import TICKET, Program

from hookdesk.api import Ticket, User, Verdict, reading, site, transact

pytestmark = pytest.mark.plugins("api_osticket", "storage_fs")
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><ticket name="&b;"/>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><ticket name="G"><message>&a;</message></ticket>'


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("json", "", 400, "malformed JSON"),
        ("json", "{", 400, "malformed JSON"),
        ("json", "[]", 400, "JSON object"),
        ("json", "null", 400, "JSON object"),
        ("json", '{"a": NaN}', 400, "no JSON"),
        ("json", '{"a": ' + "9" * 5000 + "}", 400, "malformed JSON"),
        ("json", "[" * 100_000, 400, "depth"),
        ("json", b"\xff\xfe{}", 400, "malformed JSON"),
        ("json", '{"attachments": {"a": "b"}}', 400, "list of objects"),
        ("json", '{"attachments": ["x"]}', 400, "list of objects"),
        ("json", '{"attachments": [{"a": 1}]}', 400, "must be a string"),
        ("json", "{}", 422, "email: Valid email address is required\nname: Name"),
        ("json", '{"name": "G", "email": "g@example.org", "subject": "S"}', 422, "message: Message is a required field"),
        ("json", '{"name": "G", "email": "nobody", "subject": "S", "message": "M"}', 422, "email: Valid"),
        ("json", '{"name": [], "email": {}, "subject": true, "message": ["M"]}', 422, "name: Name"),
        ("json", '{"name": "G", "email": "g@example.org", "subject": "S", "message": "data:text/plain;base64,*"}', 422,
         "message: Poorly encoded"),
        ("xml", "", 400, "XML error"),
        ("xml", "<ticket>", 400, "XML error"),
        ("xml", "no xml", 400, "XML error"),
        ("xml", '<?xml version="1.0" encoding="nonsense"?><ticket/>', 400, "XML error"),
        ("xml", BOMB, 400, "document type"),
        ("xml", OUTSIDE, 400, "document type"),
        ("xml", "<ticket>&nothing;</ticket>", 400, "XML error"),
        ("xml", "<letter/>", 400, "<ticket>"),
        ("xml", "<a>" * 100_000, 400, "too many"),
        ("xml", "<ticket>" + "<a/>" * 2000 + "</ticket>", 400, "too many"),
        ("xml", "<ticket/>", 422, "email: Valid"),
        ("yaml", "a: b", 415, "Unsupported data format"),
        ("php", "", 415, "Unsupported data format"),
    ],
)  # fmt: skip
def test_it_is_told_what_is_wrong(
    program: Program, hookdesk_app: Flask, path: str, body: str | bytes, status: int, words: str
) -> None:
    answer = program.post(f"/api/tickets.{path}", body)
    assert (answer.status_code, answer.content_type) == (status, "text/plain; charset=utf-8")
    assert words in answer.text
    with hookdesk_app.app_context():
        assert reading().scalar(select(func.count()).select_from(Ticket)) == 0


def test_words_of_a_client_are_not_markup_in_the_answer(program: Program) -> None:
    answer = program.json(attachments=[{"<script>alert(1)</script>": 1}])
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_mail_needs_the_plugin_that_reads_it(program: Program) -> None:
    answer = program.post("/api/tickets.email", b"From: g@example.org\n\nHello")
    assert (answer.status_code, "incoming mail" in answer.text) == (501, True)


def test_a_body_that_is_too_large_is_refused(program: Program, hookdesk_app: Flask) -> None:
    hookdesk_app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = program.json(message="x" * 2000)
    assert (answer.status_code, answer.mimetype, "<" in answer.text) == (413, "text/plain", False)


def test_another_method_or_address_is_none_of_ours(hookdesk_app: Flask) -> None:
    """And is told so as programs read it."""
    client = hookdesk_app.test_client()
    wrong, nowhere = client.get("/api/tickets.json"), client.post("/api/nothing")
    assert (wrong.status_code, wrong.mimetype, "<" in wrong.text) == (405, "text/plain", False)
    assert "POST" in wrong.headers["Allow"]
    assert (nowhere.status_code, nowhere.mimetype, "<" in nowhere.text) == (404, "text/plain", False)
    asked = client.post("/api/nothing", headers={"Accept": "application/json"})
    assert (asked.status_code, asked.get_json()["status"]) == (404, 404)


def test_a_banned_sender_is_denied(program: Program, hookdesk_app: Flask) -> None:
    assert program.json().status_code == 201
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(User).values(is_banned=True)))
    answer = program.json()
    assert (answer.status_code, "Ticket denied: grace@example.org" in answer.text) == (403, True)


@pytest.mark.parametrize(
    ("hook", "answer", "status", "words"),
    [
        ("intake_screen", Verdict.reject("an internal reason"), 403, "Ticket denied"),
        ("intake_screen", Verdict.quarantine("an internal reason"), 202, "do not send it again"),
        ("ticket_problems", ["You have too many open tickets."], 422, "too many open tickets"),
    ],
)
def test_what_filters_say_becomes_the_answer(
    program: Program,
    hookdesk_app: Flask,
    all_calls: Callable[[], list[Any]],
    hook: str,
    answer: Any,
    status: int,
    words: str,
) -> None:
    from hookdesk.plugins.caller import Implementation

    with hookdesk_app.app_context():
        site().hooks.install(hook, [Implementation("tests", lambda: answer, ())])
    told = program.json()
    assert told.status_code == status
    assert words in told.text
    assert "internal" not in told.text
    assert [line.status for line in all_calls()] == [status]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=10,
)
ODD = st.fixed_dictionaries(
    {},
    optional={
        name: JSON | st.just(value)
        for name, value in {
            **TICKET, "attachments": [], "source": "Web", "topicId": 1, "priorityId": 2, "ip": "::1", "alert": False, "phone": "1x2",
        }.items()
    },
)  # fmt: skip
KINDS = ("json", "xml", "email")


@pytest.mark.plugins("api_osticket", "storage_fs", "topics", "email_in")
def test_garbage_is_never_an_error_of_ours(hookdesk_app: Flask, make_key: Callable[..., str]) -> None:
    program = Program(hookdesk_app, make_key(calls_per_minute=1_000_000))

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(ODD)
    def post_json(values: dict[str, Any]) -> None:
        answer = program.post("/api/tickets.json", hookdesk_app.json.dumps(values))
        assert answer.status_code in (201, 202, 400, 403, 422), answer.text

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(KINDS), st.binary(max_size=300))
    def post_bytes(kind: str, body: bytes) -> None:
        answer = program.post(f"/api/tickets.{kind}", body)
        assert answer.status_code in (201, 400, 403, 422), answer.text

    post_json()
    post_bytes()
