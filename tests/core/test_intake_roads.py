"""Intake off the straight road: readers who are away, refusals, banned senders, endless messages, HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    Decision,
    InboundMessage,
    IntakeRecord,
    Match,
    Outcome,
    RawIntake,
    Refusal,
    Sender,
    ThreadEntry,
    Ticket,
    Unreadable,
    User,
    Verdict,
    intake,
    people,
    reading,
    release,
    site,
    transact,
)
from hookdesk.lifecycle.state import MOST_ERRORS, PAUSE
from hookdesk.models import PluginState
from hookdesk.plugins.caller import Implementation
from hookdesk.services.threads import MOST_TEXT
from hookdesk.testing.instances import Clock

BOTH_DATABASES = True


def message(**changes: Any) -> InboundMessage:
    """A plain message."""
    return InboundMessage("fax", "grace@example.org", "Grace", "Fire", "It burns").replace(**changes)


def install(app: Flask, hook: str, function: Callable[..., Any], *arguments: str) -> None:
    """Let a made-up plugin alone implement a hook."""
    app.extensions["hookdesk"].hooks.install(hook, [Implementation("fax", function, arguments)])


def received(raw: bytes = b"x") -> int:
    """A raw record, stored."""
    record_id = intake.receive("fax", raw)
    assert record_id is not None
    return record_id


def test_a_paused_reader_is_waited_for(hookdesk_app: Flask, clock: Clock) -> None:
    """The circuit breaker holds a plugin for minutes; what comes in meanwhile is read afterwards, not set aside."""
    broken = True

    def parse(record: RawIntake) -> InboundMessage:
        if broken:
            raise ValueError("not today")
        return message()

    install(hookdesk_app, "intake_parse", parse, "record")
    with hookdesk_app.app_context():
        transact(lambda session: session.merge(PluginState(slug="fax", is_enabled=True, updated_at=clock.now)))
        for _ in range(MOST_ERRORS):
            settled = intake.process(received())
            assert settled.outcome is Outcome.QUARANTINED
            assert settled.reason == "fax could not read it: ValueError: not today"
            site().plugins.flush()
        assert site().hooks.paused() == {"fax"}
        broken = False
        waiting = received()
        assert intake.process_due() == 0
        assert intake.load(waiting).outcome == "pending"
        assert "fax is away" in intake.load(waiting).reason
        release()
        clock.advance(seconds=PAUSE.total_seconds() + 60)
        assert intake.process_due() == 1
        assert intake.load(waiting).outcome == "ticket"


def test_a_reader_that_could_not_be_loaded_is_waited_for(hookdesk_app: Flask) -> None:
    """An update that went wrong must not send a night's mail to quarantine."""
    with hookdesk_app.app_context():
        site().plugins.unloaded = frozenset({"fax"})
        waiting = received()
        assert intake.process_due() == 0
        assert intake.load(waiting).outcome == "pending"


@pytest.mark.parametrize(
    "hook", ["intake_parse", "intake_transform", "intake_identify", "intake_screen", "intake_match"]
)
@pytest.mark.parametrize(("error", "outcome"), [(Unreadable, Outcome.QUARANTINED), (Refusal, Outcome.REJECTED)])
def test_a_refusal_ends_it_in_its_own_words(
    hookdesk_app: Flask, hook: str, error: type[Refusal], outcome: Outcome
) -> None:
    """Wherever a plugin says so; it is no error of the plugin and is not tried again."""

    def refuse() -> None:
        raise error("not for us")

    install(hookdesk_app, "intake_parse", message)
    install(hookdesk_app, hook, refuse)
    with hookdesk_app.app_context():
        settled = intake.process(received())
        assert (settled.outcome, settled.reason) == (outcome, "not for us")
        assert site().hooks.recorder.take_failures() == []


def test_a_banned_sender_does_not_reply_either(hookdesk_app: Flask) -> None:
    """Knowing a ticket's number is no way round a ban."""
    install(hookdesk_app, "intake_match", lambda message: Match(1, "number") if message.references else None, "message")
    with hookdesk_app.app_context():
        assert intake.submit(message(), ANONYMOUS).outcome is Outcome.TICKET
        transact(lambda session: session.query(User).update({"is_banned": True}))
        settled = intake.submit(message(references=("a@b",)), ANONYMOUS)
        assert (settled.outcome, settled.reason) == (Outcome.REJECTED, "grace@example.org is banned")


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "word " * 300_000},
        {"text": "", "html": "<p>word</p>" * 200_000},
        {"html": '<a href="http://a">b</a>' * 30_000},
    ],
    ids=["text", "html alone", "html that grows"],
)
def test_an_endless_message_is_cut_and_kept(hookdesk_app: Flask, changes: dict[str, str]) -> None:
    """It becomes a ticket at once; the raw record has all of it."""
    with hookdesk_app.app_context():
        assert intake.submit(message(**changes), ANONYMOUS).outcome is Outcome.TICKET
        entry = reading().scalars(select(ThreadEntry)).one()
        assert 0 < len(entry.text) <= MOST_TEXT
        assert len(entry.html) <= MOST_TEXT
        release()
        record = reading().scalars(select(IntakeRecord)).one()
        assert record.raw_size > len(entry.text)


def test_html_is_made_harmless_on_the_way_in(hookdesk_app: Flask) -> None:
    """Pictures of others are not loaded, those sent along are; nothing runs."""
    html = (
        '<p onclick="x()" style="color:red">Hi <a href="javascript:alert(1)">a</a> <a href="https://example.org/">b</a></p>'
        '<img src="https://tracker.example/x.png" alt="t"><img src="cid:logo@x"><img src="data:image/png;base64,AA=="><svg onload=x></svg>'
    )
    with hookdesk_app.app_context():
        intake.submit(message(html=html), ANONYMOUS)
        stored = reading().scalars(select(ThreadEntry.html)).one()
    assert stored == (
        '<p>Hi <a rel="noopener noreferrer nofollow">a</a> <a href="https://example.org/" rel="noopener noreferrer nofollow">b</a></p>'
        '<img data-remote-src="https://tracker.example/x.png" alt="t"><img alt="" src="cid:logo@x"><img alt="">'
    )


def test_each_hook_is_told_what_it_needs(hookdesk_app: Flask) -> None:
    """The raw record, the message as it was transformed, the sender as somebody identified them; the trace names who did what."""
    seen: dict[str, Any] = {}

    def parse(record: RawIntake) -> InboundMessage:
        seen["record"] = (record.channel, record.raw, dict(record.meta))
        return message()

    def identify(message: InboundMessage) -> Sender:
        seen["subject"] = message.subject
        return Sender("boss@example.org", "The Boss")

    def match(message: InboundMessage, sender: Sender) -> Match | None:
        seen["sender"] = sender
        return None

    install(hookdesk_app, "intake_parse", parse, "record")
    install(hookdesk_app, "intake_transform", lambda message: message.replace(subject="[Fax] Fire"), "message")
    install(hookdesk_app, "intake_identify", identify, "message")
    install(hookdesk_app, "intake_screen", lambda: Verdict.accept("on the list"))
    install(hookdesk_app, "intake_match", match, "message", "sender")
    with hookdesk_app.app_context():
        record_id = intake.receive("fax", b"\x01", {"line": 2})
        assert record_id is not None
        assert intake.process(record_id).outcome is Outcome.TICKET
        assert seen == {
            "record": ("fax", b"\x01", {"line": 2}),
            "subject": "[Fax] Fire",
            "sender": Sender("boss@example.org", "The Boss"),
        }
        ticket = reading().scalars(select(Ticket)).one()
        assert (ticket.subject, people.primary_address(ticket.user_id)) == ("[Fax] Fire", "boss@example.org")
        changed = select(Decision.changes).where(Decision.hook == "intake_transform")
        assert reading().scalars(changed).one() == {"subject": ["Fire", "[Fax] Fire"]}
        assert reading().scalars(select(Decision.reason).where(Decision.hook == "intake_screen")).one() == "on the list"


def test_an_agents_own_ticket_is_a_note_on_others_only(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> None:
    """What an agent mails about a ticket of a requester is internal; on a ticket of their own they are the requester."""
    agent = make_agent()
    install(
        hookdesk_app,
        "intake_match",
        lambda message: Match(int(message.references[0]), "x") if message.references else None,
        "message",
    )
    with hookdesk_app.app_context():
        of_grace = intake.submit(message(), ANONYMOUS)
        own = intake.submit(message(sender_address="ada@helpdesk.example"), ANONYMOUS)
        kinds = []
        for ticket_id in (of_grace.ticket_id, own.ticket_id):
            settled = intake.submit(
                message(sender_address="ada@helpdesk.example", references=(str(ticket_id),)), ANONYMOUS
            )
            release()
            entry = reading().scalars(select(ThreadEntry).where(ThreadEntry.id == settled.entry_id)).one()
            kinds.append((entry.kind, entry.agent_id))
    assert kinds == [("note", agent.agent_id), ("message", None)]
