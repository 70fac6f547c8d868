"""NUL and lone surrogates, which a database or UTF-8 cannot hold, and letters that only look like control characters."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    IntakeRecord,
    Match,
    Outcome,
    RawIntake,
    ReplyDraft,
    TicketDraft,
    Verdict,
    clean_line,
    intake,
    people,
    reading,
    release,
    site,
    threads,
)
from hookdesk.models import Attachment, Decision, PluginError, ThreadEntry, Ticket, User
from hookdesk.plugins.caller import Implementation
from hookdesk.services.attachments import safe_name, safe_type
from hookdesk.testing import Client
from hookdesk.types.intake import InboundFile, InboundMessage

BOTH_DATABASES = True
ODD = "a\x00b\ud800c"
NOWHERE = ("\x00", "\ud800")


def odd_message(**changes: object) -> InboundMessage:
    """A message that is odd in every text that a channel may hand over."""
    return InboundMessage(
        channel="fax",
        sender_address="grace@example.org",
        sender_name=ODD,
        subject=ODD,
        text=ODD,
        html=f"<p>{ODD}</p>",
        reply=ODD,
        message_id=f"{ODD}@example.org",
        references=(ODD,),
        headers=((ODD, ODD),),
        topic=ODD,
        fields={"serial": ODD, "list": [ODD]},
    ).replace(**changes)


def stored_texts() -> list[str]:
    """Every text that came of it, also those inside JSON."""
    release()
    ticket = reading().scalars(select(Ticket)).one()
    entry = reading().scalars(select(ThreadEntry)).one()
    record = reading().scalars(select(IntakeRecord)).one()
    user = reading().scalars(select(User).where(User.id == ticket.user_id)).one()
    decisions = reading().scalars(select(Decision)).all()
    return [
        *(ticket.subject, ticket.snippet, ticket.snippet_by, ticket.topic_ref),
        *(entry.text, entry.html, entry.quoted, entry.author, entry.message_id or ""),
        *(record.subject, record.sender, record.reason, user.name),
        *(str([one.reason, one.changes, one.compared]) for one in decisions),
    ]


@pytest.mark.parametrize("road", ["a form", "a channel"])
def test_an_odd_message_becomes_a_ticket(hookdesk_app: Flask, road: str) -> None:
    """Whether a form hands the message over or a plugin reads it from raw bytes."""
    hooks = hookdesk_app.extensions["hookdesk"].hooks
    hooks.install("intake_parse", [Implementation("fax", lambda record: odd_message(), ("record",))])
    hooks.install("intake_screen", [Implementation("spam", lambda message: Verdict.accept(message.text), ("message",))])
    hooks.install(
        "ticket_filter",
        [Implementation("rules", lambda draft: draft.replace(subject=draft.message.subject + " too"), ("draft",))],
    )
    with hookdesk_app.app_context():
        if road == "a form":
            settled = intake.submit(odd_message(), ANONYMOUS, {"remote": ODD})
        else:
            record_id = intake.receive("fax", b"\x00\xff", {"remote": ODD}, dedupe=ODD)
            assert record_id is not None
            settled = intake.process(record_id)
        assert settled.outcome is Outcome.TICKET
        texts = stored_texts()
    assert [text for text in texts if any(char in text for char in NOWHERE)] == []
    assert texts[0] == "ab\ufffdc too"


def test_what_plugins_say_oddly_is_stored(hookdesk_app: Flask) -> None:
    """A filter, a verdict and an error that hold such characters cost neither the message nor the record of the error."""
    hooks = hookdesk_app.extensions["hookdesk"].hooks

    def rename(draft: TicketDraft) -> TicketDraft:
        return draft.replace(subject=ODD, topic=ODD * 100, sla=ODD)

    def broken(message: InboundMessage) -> Verdict:
        raise ValueError(ODD)

    hooks.install("ticket_filter", [Implementation("rules", rename, ("draft",))])
    hooks.install("intake_screen", [Implementation("spam", broken, ("message",))])
    with hookdesk_app.app_context():
        assert intake.submit(odd_message(), ANONYMOUS).outcome is Outcome.TICKET
        assert stored_texts()[0] == "a b c"
        release()
        site().plugins.flush()
        assert reading().scalars(select(PluginError.error)).one() == "ValueError: ab\ufffdc"
    hooks.install("intake_screen", [Implementation("spam", lambda: Verdict.quarantine(ODD), ())])
    with hookdesk_app.app_context():
        assert intake.submit(odd_message(message_id=""), ANONYMOUS).outcome is Outcome.QUARANTINED


def test_an_agents_odd_words_are_stored(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """Also if a plugin brings them in while the reply is prepared."""
    agent, ticket = make_agent(), make_ticket()
    site_hooks = hookdesk_app.extensions["hookdesk"].hooks
    site_hooks.install(
        "reply_transform", [Implementation("footer", lambda reply: reply.replace(quoted=ODD), ("reply",))]
    )
    with hookdesk_app.app_context():
        entry_id = threads.post(agent, ReplyDraft(ticket.id, "response", ODD, html=f"<p>{ODD}</p>"))
        entry = reading().scalars(select(ThreadEntry).where(ThreadEntry.id == entry_id)).one()
    assert (entry.text, entry.html, entry.quoted) == ("ab\ufffdc", "<p>ab\ufffdc</p>", "ab\ufffdc")


@pytest.mark.plugins("storage_fs")
def test_odd_file_names_are_stored(hookdesk_app: Flask, make_ticket: Callable[..., Ticket]) -> None:
    """The name, the type and the Content-ID of a file are as free as the rest of a mail."""
    ticket = make_ticket(files=[InboundFile(f"{ODD}.txt", f"text/{ODD}", b"x", ODD)])
    with hookdesk_app.app_context():
        row = reading().scalars(select(Attachment).where(Attachment.ticket_id == ticket.id)).one()
    assert (row.filename, row.content_type, row.content_id) == ("a_b_c.txt", "application/octet-stream", "ab\ufffdc")


def test_a_record_whose_key_is_long_is_received_once(hookdesk_app: Flask) -> None:
    """A channel's own key may be a Message-ID of any length."""
    with hookdesk_app.app_context():
        assert intake.receive("fax" * 20, b"x", dedupe="k" * 900) is not None
        assert intake.receive("fax" * 20, b"x", dedupe="k" * 900) is None
        assert intake.receive("fax" * 20, b"x", dedupe="k" * 901) is not None


@pytest.mark.parametrize("path", ["/agent/tickets/%00", "/agent/login?next=%00", "/%00", "/static/theme/default/a%00b"])
def test_nul_in_an_address_is_refused(hookdesk_app: Flask, hookdesk_client: Client, path: str) -> None:
    """No database column and no file name can hold it."""
    assert hookdesk_client.get(path).status_code == 400


@pytest.mark.plugins("auth_password")
def test_nul_in_a_form_does_no_harm(hookdesk_app: Flask, hookdesk_client: Client) -> None:
    """No browser sends it; who does is told no, like anybody whose words are wrong."""
    answer = hookdesk_client.submit("/agent/login", {"login": "ada\x00", "password": "x\x00"})
    assert answer.status_code == 401


def test_a_match_on_no_possible_ticket_is_none(hookdesk_app: Flask) -> None:
    """A number beyond all ids comes from a text, not from us."""
    hooks = hookdesk_app.extensions["hookdesk"].hooks
    hooks.install("intake_match", [Implementation("mail", lambda: Match(10**30, "odd"), ())])
    with hookdesk_app.app_context():
        assert intake.submit(odd_message(), ANONYMOUS).outcome is Outcome.TICKET


def test_joined_letters_stay_joined() -> None:
    """Zero-width joiners and non-joiners are letters' business: Persian and Hindi words, families of emoji."""
    for text in ("می‌خواهم", "क्‍ष", "👩‍👩‍👧"):
        assert clean_line(text) == text
        assert people.clean_name(text) == text
        assert safe_name(text) == text
    assert clean_line("a\tb\x00c\x85d\u2028e \ud800") == "a b c d e"
    assert clean_line("invoice\u202efdp.exe") == "invoice fdp.exe"


@pytest.mark.parametrize(
    "address", ["a\x00b@example.org", "a\ud800b@example.org", "a\x7f@example.org"], ids=["nul", "surrogate", "delete"]
)
def test_an_address_holds_no_control_characters(address: str) -> None:
    """They are no part of any address that mail could reach."""
    assert people.normal_address(address) == ""


def test_the_raw_record_keeps_what_came(hookdesk_app: Flask) -> None:
    """Cleaning is for what is shown; the bytes stay."""
    hooks = hookdesk_app.extensions["hookdesk"].hooks
    seen: list[bytes] = []

    def parse(record: RawIntake) -> InboundMessage:
        seen.append(record.raw)
        return odd_message()

    hooks.install("intake_parse", [Implementation("fax", parse, ("record",))])
    with hookdesk_app.app_context():
        record_id = intake.receive("fax", b"\x00\xff\xed\xa0\x80")
        assert record_id is not None
        intake.process(record_id)
        assert intake.load(record_id).raw == b"\x00\xff\xed\xa0\x80" == seen[0]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("image/jpg", "image/jpeg"),
        ("IMAGE/PJPEG; name=a", "image/jpeg"),
        ("text/html", "text/html"),
        ("odd", "application/octet-stream"),
    ],
)
def test_a_picture_is_shown_whatever_an_old_program_calls_its_type(sent: str, kept: str) -> None:
    assert safe_type(sent) == kept
