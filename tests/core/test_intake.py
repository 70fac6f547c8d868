"""Intake: each inbound item ends as exactly one thing, and nothing is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    Bounced,
    Decision,
    Event,
    InboundFile,
    InboundMessage,
    IntakeRecord,
    Match,
    MessageKind,
    Outcome,
    RawIntake,
    Sender,
    ThreadEntry,
    Ticket,
    TicketDraft,
    Unreadable,
    User,
    UserEmail,
    Verdict,
    attachments,
    explain,
    intake,
    reading,
    release,
    site,
    tickets,
    transact,
)
from hookdesk.plugins.caller import Implementation
from hookdesk.services import intake_decide
from hookdesk.services.intake_format import dump, load
from hookdesk.testing.instances import Clock

BOTH_DATABASES = True


def message(**changes: Any) -> InboundMessage:
    """A plain message of a form."""
    return InboundMessage(
        channel="portal", sender_address="grace@example.org", sender_name="Grace", subject="Fire", text="It burns"
    ).replace(**changes)


def implement(app: Flask, hook: str, plugin: str, function: Callable[..., Any], *arguments: str) -> None:
    """Let a made-up plugin implement a hook, after whoever does already."""
    hooks = app.extensions["hookdesk"].hooks
    hooks.install(hook, (*hooks.implementations(hook), Implementation(plugin, function, arguments)))


def by_references(message: InboundMessage, sender: Sender) -> Match | None:
    """Whatever refers to something belongs to the first ticket."""
    return Match(1, "References") if message.references else None


def balances() -> bool:
    """True if the ledger adds up, and to as many tickets and entries as there are."""
    release()
    counted = intake.ledger()
    received = counted.pop("received")
    stored = reading().scalar(select(func.count()).select_from(IntakeRecord))
    tickets = reading().scalar(select(func.count()).select_from(Ticket))
    entries = reading().scalar(select(func.count()).select_from(ThreadEntry))
    return (
        received == sum(counted.values()) == stored
        and counted["ticket"] == tickets
        and counted["ticket"] + counted["reply"] == entries
    )


def test_a_form_becomes_a_ticket_with_its_trace(hookdesk_app: Flask) -> None:
    """The record is settled, the requester is a user, the first entry stands, and a changed draft leaves a decision."""

    def route(draft: TicketDraft) -> TicketDraft:
        compared = {
            "field": "subject",
            "operator": "contains",
            "value": "fire",
            "actual": draft.subject,
            "result": True,
        }
        explain("subject contains 'fire'", [compared])
        return draft.replace(priority_id=4)

    implement(hookdesk_app, "ticket_filter", "rules", route, "draft")
    with hookdesk_app.app_context():
        settled = intake.submit(message(), ANONYMOUS)
        assert settled.outcome is Outcome.TICKET
        ticket = reading().scalars(select(Ticket)).one()
        assert (ticket.subject, ticket.priority_id, ticket.state, ticket.entry_count, ticket.snippet) == (
            "Fire",
            4,
            "open",
            1,
            "It burns",
        )
        assert reading().scalar(select(UserEmail.address)) == "grace@example.org"
        [decision] = reading().scalars(select(Decision).where(Decision.plugin == "rules"))
        assert decision.changes == {"priority_id": [None, 4]}
        assert decision.reason == "subject contains 'fire'"
        assert decision.compared[0]["actual"] == "Fire"
        assert balances()


def test_ticket_numbers_have_no_gaps_and_no_doubles(hookdesk_app: Flask) -> None:
    """Numbers count up from the configured start."""
    with hookdesk_app.app_context():
        for _ in range(5):
            intake.submit(message(), ANONYMOUS)
        numbers = [int(number) for number in reading().scalars(select(Ticket.number).order_by(Ticket.id))]
    assert numbers == list(range(numbers[0], numbers[0] + 5))


def test_the_strongest_verdict_counts_and_can_be_replayed(hookdesk_app: Flask) -> None:
    """Quarantine beats accept; once the rule is gone, the stored raw message becomes a ticket."""
    implement(hookdesk_app, "intake_screen", "kind", lambda message: Verdict.accept("fine"), "message")
    implement(hookdesk_app, "intake_screen", "strict", lambda message: Verdict.quarantine("odd words"), "message")
    with hookdesk_app.app_context():
        settled = intake.submit(message(), ANONYMOUS)
        assert (settled.outcome, settled.reason) == (Outcome.QUARANTINED, "odd words")
        assert balances()
        site().hooks.install("intake_screen", ())
        release()
        record_id = reading().scalar(select(IntakeRecord.id))
        release()
        assert intake.replay(record_id).outcome is Outcome.TICKET
        assert balances()
        with pytest.raises(LookupError):
            intake.replay(record_id)


@pytest.mark.parametrize(
    ("verdict", "outcome", "problems"),
    [
        (Verdict.reject("no such customer", told="We do not know you."), Outcome.REJECTED, ("We do not know you.",)),
        (Verdict.quarantine("odd words"), Outcome.QUARANTINED, ()),
    ],
)
def test_a_link_of_the_filter_chain_may_turn_a_message_away(
    hookdesk_app: Flask, verdict: Verdict, outcome: Outcome, problems: tuple[str, ...]
) -> None:
    """No ticket comes of it, the links behind still see the draft, and the record keeps the trace and can be replayed."""
    seen: list[TicketDraft] = []
    implement(hookdesk_app, "ticket_filter", "rules", lambda draft: draft.replace(verdict=verdict), "draft")
    implement(hookdesk_app, "ticket_filter", "topics", lambda draft: seen.append(draft), "draft")
    with hookdesk_app.app_context():
        settled = intake.submit(message(), ANONYMOUS)
        assert (settled.outcome, settled.reason, settled.problems) == (outcome, verdict.reason, problems)
        assert [draft.verdict for draft in seen] == [verdict]
        record = reading().scalars(select(IntakeRecord)).one()
        decided = reading().scalars(select(Decision).where(Decision.plugin == "rules")).one()
        assert (decided.intake_id, decided.ticket_id, decided.outcome) == (record.id, None, "changed")
        assert balances()
        site().hooks.install("ticket_filter", ())
        release()
        assert intake.replay(record.id).outcome is Outcome.TICKET
        assert balances()


def test_a_verdict_that_accepts_changes_nothing(hookdesk_app: Flask) -> None:
    """A later link can take back what an earlier one said."""
    implement(hookdesk_app, "ticket_filter", "a", lambda draft: draft.replace(verdict=Verdict.reject("no")), "draft")
    implement(hookdesk_app, "ticket_filter", "b", lambda draft: draft.replace(verdict=Verdict.accept()), "draft")
    with hookdesk_app.app_context():
        assert intake.submit(message(), ANONYMOUS).outcome is Outcome.TICKET


def test_a_channel_nobody_reads_is_kept_aside(hookdesk_app: Flask) -> None:
    """Bytes of an unknown channel are quarantined, whole, with a reason."""
    with hookdesk_app.app_context():
        record_id = intake.receive("fax", b"\x00\xff" * 10)
        assert record_id is not None
        settled = intake.process(record_id)
        assert settled.outcome is Outcome.QUARANTINED
        assert "fax" in settled.reason
        assert intake.load(record_id).raw == b"\x00\xff" * 10


def test_what_a_plugin_calls_unreadable_is_kept_aside(hookdesk_app: Flask) -> None:
    """`Unreadable` is an answer, not an error of the plugin."""

    def parse(record: RawIntake) -> InboundMessage:
        raise Unreadable("headers without end")

    implement(hookdesk_app, "intake_parse", "fax", parse, "record")
    with hookdesk_app.app_context():
        record_id = intake.receive("fax", b"x")
        assert record_id is not None
        assert intake.process(record_id).reason == "headers without end"
        assert site().hooks.recorder.take_failures() == []


def test_a_match_adds_an_entry_and_reopens(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> None:
    """A requester's message on a closed ticket opens it again; the quoted text is folded away, not thrown away."""
    agent = make_agent(role="All access")
    implement(hookdesk_app, "intake_match", "mail", by_references, "message", "sender")
    with hookdesk_app.app_context():
        first = intake.submit(message(), ANONYMOUS)
        assert first.ticket_id is not None
        closed = 4
        tickets.set_status(agent, first.ticket_id, closed)
        settled = intake.submit(message(references=("a@b",), text="Still\n> It burns", reply="Still"), ANONYMOUS)
        assert (settled.outcome, settled.ticket_id) == (Outcome.REPLY, first.ticket_id)
        release()
        ticket = reading().scalars(select(Ticket)).one()
        assert (ticket.state, ticket.is_answered) == ("open", False)
        entry = reading().scalars(select(ThreadEntry).where(ThreadEntry.id == settled.entry_id)).one()
        assert (entry.text, entry.quoted) == ("Still", "Still\n> It burns")
        told = select(Decision.plugin).where(Decision.hook == "intake_match", Decision.ticket_id == first.ticket_id)
        assert reading().scalars(told).all() == ["mail"]  # who found it says so, and core does not repeat it
        assert balances()


@pytest.mark.parametrize("kind", [MessageKind.AUTO_REPLY, MessageKind.BOUNCE])
def test_a_machine_neither_opens_nor_reopens(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], kind: MessageKind
) -> None:
    """Automatic mail is filed as a note on a ticket that it belongs to, and rejected with a reason if it belongs to none."""
    implement(hookdesk_app, "intake_match", "mail", by_references, "message", "sender")
    with hookdesk_app.app_context():
        assert intake.submit(message(kind=kind), ANONYMOUS).outcome is Outcome.REJECTED
        first = intake.submit(message(), ANONYMOUS)
        assert first.ticket_id is not None
        tickets.set_status(make_agent(role="All access"), first.ticket_id, 4)
        settled = intake.submit(message(kind=kind, references=("a@b",), text="I am away"), ANONYMOUS)
        release()
        assert reading().scalar(select(ThreadEntry.kind).where(ThreadEntry.id == settled.entry_id)) == "note"
        assert reading().scalar(select(Ticket.state)) == "closed"


def test_the_same_message_id_never_makes_a_second_entry(hookdesk_app: Flask) -> None:
    """A doubled mail is rejected; another mail under a used id is kept aside, for it may be somebody hiding it."""
    with hookdesk_app.app_context():
        assert intake.submit(message(message_id="x@y"), ANONYMOUS).outcome is Outcome.TICKET
        assert intake.submit(message(message_id="x@y"), ANONYMOUS).outcome is Outcome.REJECTED
        assert intake.submit(message(message_id="x@y", text="Pay me"), ANONYMOUS).outcome is Outcome.QUARANTINED
        long = "l" * 600 + "@y"
        assert intake.submit(message(message_id=long), ANONYMOUS).outcome is Outcome.TICKET
        assert intake.submit(message(message_id=long), ANONYMOUS).outcome is Outcome.REJECTED
        assert balances()


def test_a_raw_item_is_received_once(hookdesk_app: Flask) -> None:
    """The channel's own key keeps a retried delivery from being stored twice."""
    with hookdesk_app.app_context():
        assert intake.receive("fax", b"x", dedupe="k") is not None
        assert intake.receive("fax", b"x", dedupe="k") is None
        assert intake.receive("phone", b"x", dedupe="k") is not None


def test_many_items_are_stored_at_once_and_each_name_once(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        first = intake.receive("letters", b"one", dedupe="a")
        names = ["a", "b", "b", "", ""]
        records = intake.receive_all("letters", [intake.Arrival(name.encode(), dedupe=name) for name in names])
        assert first is not None
        assert [found is not None for found in records] == [False, True, False, True, True]
        release()
        assert intake.ledger()["received"] == 4


def test_one_of_many_that_fails_waits_and_the_others_come_to_their_ends(hookdesk_app: Flask) -> None:
    def read(record: RawIntake) -> InboundMessage:
        return message(channel="letters", subject=record.raw.decode())

    def match(message: InboundMessage) -> None:
        if message.subject == "bad":
            raise OSError("no space left")

    implement(hookdesk_app, "intake_parse", "letters", read, "record")
    with hookdesk_app.app_context():
        records = intake.receive_all("letters", [intake.Arrival(word) for word in (b"good", b"bad", b"fine")], wait=60)
        with pytest.MonkeyPatch.context() as patched:
            real = intake_decide.seen_before
            patched.setattr(intake_decide, "seen_before", lambda given, *rest: match(given) or real(given, *rest))
            assert intake.process_all(filter(None, records)) == 2
        release()
        assert intake.ledger() == {
            "received": 3, "pending": 1, "ticket": 2, "reply": 0, "rejected": 0, "quarantined": 0,
        }  # fmt: skip


def test_what_fails_for_the_moment_is_tried_again_and_at_last_kept_aside(hookdesk_app: Flask, clock: Clock) -> None:
    """A failing database or storage postpones; after the last attempt an admin sees it."""
    with hookdesk_app.app_context():
        with pytest.raises(attachments.NoStorage):
            intake.submit(message(files=(InboundFile("a.txt", "text/plain", b"a"),)), ANONYMOUS)
        record_id = intake.receive(
            "portal", json.dumps({"files": [{"x": 1}]}).encode(), {"format": "hookdesk-message/1"}
        )
        assert record_id is not None
        for _ in range(intake.MOST_ATTEMPTS):
            intake.process_due()
            clock.advance(hours=2)
        assert intake.load(record_id).outcome == "quarantined"
        assert "gave up after 12 attempts" in intake.load(record_id).reason


def test_what_was_put_off_before_the_clock_was_set_back_is_processed_now(hookdesk_app: Flask, clock: Clock) -> None:
    with hookdesk_app.app_context():
        record_id = intake.receive("fax", b"x", {}, wait=60)
        assert record_id is not None
        assert not intake.is_pending()
        clock.advance(days=-1)
        assert intake.is_pending()
        assert intake.process_due() == 1
        assert intake.load(record_id).outcome == "quarantined"


def test_a_banned_sender_is_rejected(hookdesk_app: Flask) -> None:
    """The ledger says why."""
    with hookdesk_app.app_context():
        intake.submit(message(), ANONYMOUS)
        transact(lambda session: session.query(User).update({"is_banned": True}))
        settled = intake.submit(message(), ANONYMOUS)
        assert (settled.outcome, settled.reason) == (Outcome.REJECTED, "grace@example.org is banned")


def test_a_plugins_problem_blocks_and_is_told(hookdesk_app: Flask) -> None:
    """`ticket_problems` keeps a ticket from being made, in the plugin's own words."""
    implement(hookdesk_app, "ticket_problems", "forms", lambda draft: ["The serial number is missing."], "draft")
    with hookdesk_app.app_context():
        settled = intake.submit(message(), ANONYMOUS)
        assert settled.problems == ("The serial number is missing.",)
        assert balances()


def test_a_failing_filter_is_skipped_and_named(hookdesk_app: Flask) -> None:
    """The ticket comes in all the same; the trace and the plugin's errors say who failed."""

    def broken(draft: TicketDraft) -> TicketDraft:
        raise RuntimeError("boom")

    implement(hookdesk_app, "ticket_filter", "broken", broken, "draft")
    with hookdesk_app.app_context():
        assert intake.submit(message(), ANONYMOUS).outcome is Outcome.TICKET
        [decision] = reading().scalars(select(Decision).where(Decision.plugin == "broken"))
        assert (decision.outcome, decision.reason) == ("failed", "RuntimeError: boom")
        [failure] = site().hooks.recorder.take_failures()
        assert (failure.plugin, failure.hook) == ("broken", "ticket_filter")


def test_a_plugins_rows_fail_alone(hookdesk_app: Flask) -> None:
    """Rows for a table that is not there are the plugin's error; the ticket is stored."""
    implement(
        hookdesk_app, "ticket_filter", "rows", lambda draft: draft.with_rows("p_rows__nothing", {"a": 1}), "draft"
    )
    with hookdesk_app.app_context():
        assert intake.submit(message(), ANONYMOUS).outcome is Outcome.TICKET
        assert [failure.plugin for failure in site().hooks.recorder.take_failures()] == ["rows"]


def test_a_message_survives_its_stored_form(hookdesk_app: Flask) -> None:
    """What a form wrote is what is processed later: headers, kinds, odd characters."""
    odd = message(kind=MessageKind.AUTO_REPLY, references=("a@b", "c@d"), fields={"n": 1}).replace(
        text="nul\x00 lone \ud800 emoji 🔥",
        headers=(("X-A", "b"),),
        kind=MessageKind.AUTO_REPLY,
        references=("a@b", "c@d"),
        fields={"n": 1},
    )
    with hookdesk_app.app_context():
        assert load(dump(odd)[0]) == odd


STEPS = st.lists(
    st.sampled_from(["ticket", "reply", "reject", "quarantine", "unreadable", "double", "machine", "pending"]),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_the_ledger_always_balances(hookdesk_app: Flask, steps: Sequence[str]) -> None:
    """Whatever comes in, in whatever order: received = tickets + replies + rejected + quarantined + pending."""
    hooks = hookdesk_app.extensions["hookdesk"].hooks

    def match(message: InboundMessage, sender: Sender) -> Match | None:
        newest = reading().scalar(select(func.max(Ticket.id))) if message.subject == "reply" else None
        return Match(newest, "by the test") if newest else None

    verdicts = {"reject": Verdict.reject("no"), "quarantine": Verdict.quarantine("hm")}
    hooks.install("intake_match", [Implementation("test", match, ("message", "sender"))])
    hooks.install(
        "intake_screen", [Implementation("test", lambda message: verdicts.get(message.subject), ("message",))]
    )
    with hookdesk_app.app_context():
        for step in steps:
            if step == "pending":
                intake.receive("fax", b"later", wait=3600)
            elif step == "unreadable":
                record_id = intake.receive("fax", b"?")
                assert record_id is not None
                intake.process(record_id)
            else:
                kind = MessageKind.AUTO_REPLY if step == "machine" else MessageKind.MESSAGE
                intake.submit(
                    message(subject=step, kind=kind, message_id="same@id" if step == "double" else ""), ANONYMOUS
                )
            assert balances()


@pytest.mark.parametrize("is_matched", [True, False])
def test_who_sent_a_mail_is_told_that_it_came_back(
    hookdesk_app: Flask, run_jobs: Callable[..., int], is_matched: bool
) -> None:
    """Once a recipient, with the note that holds the report, or with none; nothing of it reopens or opens a ticket."""
    told: list[dict[str, Any]] = []

    def note_down(event: Event) -> None:
        told.append(dict(event.data))

    implement(hookdesk_app, "intake_match", "made_up", by_references, "message", "sender")
    implement(hookdesk_app, "delivery_failed", "made_up", note_down, "event")
    lost = tuple(Bounced(f"{name}@example.org", "5.1.1", "No such\x00 user", "hd.1@x", name == "a") for name in "ab")
    with hookdesk_app.app_context():
        opened = intake.submit(message(), ANONYMOUS)
        references = ("<x>",) if is_matched else ()
        report = message(kind=MessageKind.BOUNCE, bounced=lost, references=references, mailbox="bounce@desk.example")
        settled = intake.submit(report, ANONYMOUS)
        run_jobs()
    assert settled.outcome is (Outcome.REPLY if is_matched else Outcome.REJECTED)
    assert [(one["address"], one["words"], one["final"]) for one in told] == [
        ("a@example.org", "No such user", True),
        ("b@example.org", "No such user", False),
    ]
    assert {(one["ticket_id"], one["entry_id"]) for one in told} == {(settled.ticket_id, settled.entry_id)}
    assert {one["mailbox"] for one in told} == {"bounce@desk.example"}
    assert opened.ticket_id == (settled.ticket_id or opened.ticket_id)


def test_a_rehearsal_tells_what_would_become_of_an_item_and_stores_nothing(hookdesk_app: Flask) -> None:
    """An admin looks before a replay; the ledger and the tickets are as they were, and no storage is asked to keep its files."""
    read = message(files=(InboundFile("a.txt", "text/plain", b"bytes"),))
    implement(hookdesk_app, "intake_parse", "fax", lambda record: read, "record")
    with hookdesk_app.app_context():
        plan = intake.rehearse("fax", b"...")
        assert plan.outcome is None
        assert plan.draft is not None
        assert plan.draft.subject == "Fire"
        assert intake.ledger()["received"] == 0
        assert plan.files == ()
        assert reading().scalar(select(func.count()).select_from(Ticket)) == 0


def test_a_rehearsal_of_what_nobody_can_read_says_why(hookdesk_app: Flask) -> None:
    implement(hookdesk_app, "intake_parse", "fax", lambda record: _refuse("torn"), "record")
    with hookdesk_app.app_context():
        plan = intake.rehearse("fax", b"?")
        assert (plan.outcome, plan.reason) == (Outcome.QUARANTINED, "torn")


def _refuse(reason: str) -> InboundMessage:
    raise Unreadable(reason)
