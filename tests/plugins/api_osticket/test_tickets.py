"""Tickets made by programs, in each format."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from tests.plugins.api_osticket.conftest import Program
from werkzeug.test import TestResponse

from hookdesk.api import Attachment, IntakeRecord, OutboxEvent, Priority, ThreadEntry, Ticket, reading, site

pytestmark = pytest.mark.plugins("api_osticket", "topics", "storage_fs", "email_in")
TicketOf = Callable[[TestResponse], Ticket]
PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff"
XML = """<?xml version="1.0" encoding="UTF-8"?>
<ticket alert="true" autorespond="false" source="Phone" ip="203.0.113.9">
  <name>Grace Hopper</name><email>grace@example.org</email><subject>A printer &amp; a fire</subject>
  <phone ext="12">318-555-8634</phone>
  <message type="text/html"><![CDATA[It <b>burns</b>]]></message>
  <attachments>
    <file name="log.txt" type="text/plain"><![CDATA[
       two lines
       of äöü
    ]]></file>
    <file name="picture.png" type="image/png" encoding="base64">
      iVBORw0KG
      goA/w==
    </file>
  </attachments>
</ticket>"""


def entries(app: Flask, ticket: Ticket) -> list[ThreadEntry]:
    with app.app_context():
        return list(
            reading().scalars(select(ThreadEntry).where(ThreadEntry.ticket_id == ticket.id).order_by(ThreadEntry.id))
        )


def files(app: Flask, ticket: Ticket) -> dict[str, tuple[str, bytes]]:
    with app.app_context():
        rows = list(reading().scalars(select(Attachment).where(Attachment.ticket_id == ticket.id)))
        from hookdesk.api import attachments

        return {row.filename: (row.content_type, b"".join(attachments.read(row.sha256, row.storage))) for row in rows}


@pytest.mark.parametrize("path", ["/api/tickets.json", "/api/http.php/tickets.json"])
def test_the_answer_is_the_number_in_plain_text(program: Program, ticket_of: TicketOf, path: str) -> None:
    answer = program.post(path, '{"name": "G", "email": "Grace@Example.org", "subject": "Hi", "message": "There"}')
    ticket = ticket_of(answer)
    assert answer.text == ticket.number
    assert answer.content_type == "text/html; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    assert (ticket.subject, ticket.channel) == ("Hi", "api")


def test_what_osticket_s_own_example_sends_is_taken(program: Program, ticket_of: TicketOf) -> None:
    body = (
        '{"name":"John Doe","email":"mailbox@host.com","subject":"Test API message",'
        '"message":"This is a test of the osTicket API","ip":null,"attachments":[]}'
    )  # PHP's curl calls it a form
    ticket_of(program.post("/api/tickets.json", body, Content_Type="application/x-www-form-urlencoded"))


@pytest.mark.parametrize(
    ("message", "text", "html"),
    [
        ("Plain, with 100% of its words", "Plain, with 100% of its words", ""),
        ("data:text/plain,100%25 as written", "100%25 as written", ""),
        ("data:,nothing said", "nothing said", ""),
        ("data:text/html,It <b>burns</b>", "It burns", "It <b>burns</b>"),
        ("data:text/html;charset=utf-8,Käse <i>ja</i>", "Käse ja", "Käse <i>ja</i>"),
        (
            "data:text/plain;charset=iso-8859-1;base64," + base64.b64encode("Käse".encode("latin-1")).decode(),
            "Käse",
            "",
        ),
        ("data:text/plain;base64," + base64.b64encode("Käse 🧀".encode()).decode(), "Käse 🧀", ""),
        ("data:text/plain;charset=nonsense;base64,aGVsbG8", "hello", ""),
        ("data:text/plain;charset=rot13;base64,aGVsbG8=", "hello", ""),
    ],
)
def test_the_message_may_be_a_data_url(
    program: Program, hookdesk_app: Flask, ticket_of: TicketOf, message: str, text: str, html: str
) -> None:
    entry = entries(hookdesk_app, ticket_of(program.json(message=message)))[0]
    assert (entry.text.strip(), entry.html) == (text, html)


def test_html_is_sanitized(program: Program, hookdesk_app: Flask, ticket_of: TicketOf) -> None:
    ticket = ticket_of(program.json(message="data:text/html,<script>alert(1)</script><b onclick='x'>Hello</b>"))
    assert entries(hookdesk_app, ticket)[0].html == "<b>Hello</b>"


def test_attachments_are_data_urls(program: Program, hookdesk_app: Flask, ticket_of: TicketOf) -> None:
    given = [
        {"picture.png": "data:image/png;base64," + base64.b64encode(PICTURE).decode()},
        {"words.txt": "data:text/plain;charset=iso-8859-1,Käse"},
        {"plain.txt": "just text"},
        {"../../etc/passwd": "data:text/plain;base64,eA"},
    ]
    assert files(hookdesk_app, ticket_of(program.json(attachments=given))) == {
        "picture.png": ("image/png", PICTURE),
        "words.txt": ("text/plain", "Käse".encode("latin-1")),
        "plain.txt": ("text/plain", b"just text"),
        "passwd": ("text/plain", b"x"),
    }


def test_a_file_that_cannot_be_decoded_is_told_in_a_note_and_the_ticket_is_made(
    program: Program, hookdesk_app: Flask, ticket_of: TicketOf, all_calls: Callable[[], list[Any]]
) -> None:
    given = [{"bad.png": "data:image/png;base64,not base64!"}, {"good.txt": "data:text/plain,good"}]
    ticket = ticket_of(program.json(attachments=given))
    assert list(files(hookdesk_app, ticket)) == ["good.txt"]
    note = entries(hookdesk_app, ticket)[1]
    assert note.kind == "note"
    assert "bad.png: Poorly encoded base64 data" in note.text
    assert "bad.png" in all_calls()[0].note


def test_files_beyond_the_limits_are_left_out_with_a_note(
    program: Program, hookdesk_app: Flask, ticket_of: TicketOf
) -> None:
    with hookdesk_app.app_context():
        from hookdesk.api import CoreSettings, system

        site().settings.save(
            "core",
            CoreSettings,
            {"max_files": 2, "max_file_bytes": 1024, "allowed_file_types": (".txt",)},
            system("tests"),
        )
    program_bytes = "data:text/plain;base64,TVqQAA=="
    given = [
        {"large.txt": "x" * 1025},
        {"a.exe": "x"},
        {"b.txt": program_bytes},
        {"1.txt": "1"},
        {"2.txt": "2"},
        {"3.txt": "3"},
    ]
    ticket = ticket_of(program.json(attachments=given))
    assert sorted(files(hookdesk_app, ticket)) == ["1.txt", "2.txt"]
    told = entries(hookdesk_app, ticket)[1].text
    refused = ("large.txt: Larger", "a.exe: Files of this type", "b.txt: Files of this type", "3.txt: More than 2")
    assert all(words in told for words in refused)


def test_xml_says_the_same_as_json(program: Program, hookdesk_app: Flask, ticket_of: TicketOf) -> None:
    ticket = ticket_of(program.post("/api/http.php/tickets.xml", XML))
    entry = entries(hookdesk_app, ticket)[0]
    assert (ticket.subject, ticket.channel) == ("A printer & a fire", "phone")
    assert (entry.author, entry.html) == ("Grace Hopper", "It <b>burns</b>")
    found = files(hookdesk_app, ticket)
    assert found["picture.png"] == ("image/png", PICTURE)
    assert found["log.txt"][1].decode().split() == ["two", "lines", "of", "äöü"]


def test_xml_attributes_stand_for_elements(program: Program, ticket_of: TicketOf) -> None:
    body = '<ticket name="G" email="g@example.org" subject="Hi" message="There" alert="false"/>'
    assert ticket_of(program.post("/api/tickets.xml", body)).subject == "Hi"


def test_xml_in_another_encoding_is_read(program: Program, ticket_of: TicketOf) -> None:
    body = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><ticket><name>G</name><email>g@example.org</email>'
        "<subject>Käse</subject><message>M</message></ticket>"
    )
    assert ticket_of(program.post("/api/tickets.xml", body.encode("latin-1"))).subject == "Käse"


@pytest.mark.parametrize("alert", [False, "false", 0, None])
def test_nobody_is_told_and_nothing_is_confirmed_if_so_asked(
    program: Program, hookdesk_app: Flask, ticket_of: TicketOf, alert: Any
) -> None:
    body = hookdesk_app.json.dumps(
        {"name": "G", "email": "g@example.org", "subject": "S", "message": "M", "alert": alert, "autorespond": alert}
    )
    ticket_of(program.post("/api/tickets.json", body))
    assert created(hookdesk_app) == (False, False)


def test_agents_are_told_and_the_requester_gets_a_confirmation_by_default(
    program: Program, hookdesk_app: Flask, ticket_of: TicketOf
) -> None:
    ticket_of(program.json())
    assert created(hookdesk_app) == (True, True)


def created(app: Flask) -> tuple[bool, bool]:
    """`alert` and `autoresponse` of the last event."""
    with app.app_context():
        event = (
            reading()
            .scalars(select(OutboxEvent).where(OutboxEvent.name == "ticket_created").order_by(OutboxEvent.id.desc()))
            .first()
        )
        return event.data["alert"], event.data["autoresponse"]


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        ("Web", "web"),
        ("phone", "phone"),
        ("Email", "email"),
        ("Other", "other"),
        ("API", "api"),
        ("Fax", "api"),
        (7, "api"),
    ],
)
def test_the_source_becomes_the_channel(program: Program, ticket_of: TicketOf, source: Any, channel: str) -> None:
    assert ticket_of(program.json(source=source)).channel == channel


def test_topic_and_priority_are_those_that_were_asked_for(
    program: Program, hookdesk_app: Flask, ticket_of: TicketOf
) -> None:
    from hookdesk_topics import tree

    with hookdesk_app.app_context():
        topic = tree.nodes()[0]
        high = reading().scalar(select(Priority.id).where(Priority.key == "high"))
    for asked in (topic.id, str(topic.id), topic.label):
        assert ticket_of(program.json(topicId=asked)).topic_ref == topic.ref
    for wanted in (high, str(high), "high", "High"):
        assert ticket_of(program.json(priorityId=wanted)).priority_id == high


@pytest.mark.parametrize("odd", ["999999", "", "x'; --", -1, 10**30, [1], {"a": 1}, True])
def test_a_topic_or_priority_that_is_not_there_is_ignored(program: Program, ticket_of: TicketOf, odd: Any) -> None:
    ticket = ticket_of(program.json(topicId=odd, priorityId=odd))
    assert ticket.topic_ref == ""


def test_the_ledger_knows_the_requester_s_address_and_the_key(
    program: Program, hookdesk_app: Flask, ticket_of: TicketOf
) -> None:
    ticket = ticket_of(program.json(ip="2001:db8::7"))
    with hookdesk_app.app_context():
        record = reading().scalars(select(IntakeRecord).where(IntakeRecord.ticket_id == ticket.id)).one()
    assert record.meta["address"] == "2001:db8::7"
    assert program.key not in str(record.meta)
    assert program.key.encode() not in (record.raw or b"")


def test_unknown_keys_are_kept_in_the_fields_and_named_in_the_log(
    program: Program, hookdesk_app: Flask, ticket_of: TicketOf, all_calls: Callable[[], list[Any]]
) -> None:
    ticket = ticket_of(program.json(orderNumber="A-1", sizes=["S", "M"], phone="318555x12", nested={"no": 1}))
    assert all_calls()[0].note == "Unexpected data received: nested, orderNumber, sizes"
    with hookdesk_app.app_context():
        raw = reading().scalar(select(IntakeRecord.raw).where(IntakeRecord.ticket_id == ticket.id))
    fields = hookdesk_app.json.loads(raw)["fields"]
    fields.pop("api_osticket")
    assert fields == {"orderNumber": "A-1", "sizes": ["S", "M"], "phone": "318555X12"}


def test_a_client_cannot_set_what_only_the_plugin_sets(
    program: Program, hookdesk_app: Flask, ticket_of: TicketOf
) -> None:
    forged = {"alert": False, "autorespond": False, "channel": "x", "priority": "", "call": {}}
    ticket = ticket_of(program.json(api_osticket=forged))
    assert ticket.channel == "api"
    assert created(hookdesk_app) == (True, True)
