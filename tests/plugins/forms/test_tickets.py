"""Fields of a ticket: asked for in portal and desk, stored, shown, changed, used by conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk import criteria
from hookdesk.api import Actor, FilteringHooks, Ticket, TicketEvent, reading, site, system
from hookdesk.testing import Client
from hookdesk_forms import services, values

Make = Callable[..., int]
pytestmark = pytest.mark.plugins("forms", "topics", "portal", "desk")
OPEN = {
    "name": "Grace Hopper", "email": "grace@example.org", "subject": "It is broken", "message": "Since nine o'clock.",
}  # fmt: skip
SYSTEMS = {"lines": "win: Windows\nmac: macOS\nlinux: Linux"}


@pytest.fixture
def topic(hookdesk_app: Flask) -> str:
    """The reference of a topic."""
    with hookdesk_app.app_context():
        choices = site().hooks.collect(FilteringHooks.topic_choices, actor=system())
        return next(choice.ref for choice in choices if choice.label == "Something does not work")


@pytest.fixture
def device(hookdesk_app: Flask, topic: str, make_form: Make, make_field: Make) -> int:
    """A form on that topic: a serial number and a required choice."""
    form_id = make_form("Device", is_for_all=False, intro="It stands on the back.")
    make_field(form_id, "Serial number", hint="Eight digits")
    make_field(form_id, "Operating system", "choice", key="os", options=SYSTEMS, requester="required")
    with hookdesk_app.app_context():
        services.set_topic(system(), topic, "Something does not work", [form_id], [])
    return form_id


def only_ticket(app: Flask) -> tuple[Any, dict[str, str]]:
    """The one ticket, and what was filled in on it, in words."""
    with app.app_context():
        ticket = reading().scalars(select(Ticket)).one()
        return ticket, {one.spec.key: one.words for one in values.answers("ticket", ticket.id)}


def test_the_portal_asks_for_what_the_topic_needs_and_stores_it(
    hookdesk_app: Flask, hookdesk_client: Client, topic: str, device: int
) -> None:
    assert "Serial number" not in hookdesk_client.get("/open").text
    page = hookdesk_client.get(f"/open?topic={topic}").text
    assert "Serial number" in page
    assert "It stands on the back." in page
    given = {**OPEN, "topic": topic, "field-serial_number": " 12345678 ", "field-os": "mac"}
    hookdesk_client.submit("/open", given)
    _ticket, filled = only_ticket(hookdesk_app)
    assert filled == {"serial_number": "12345678", "os": "macOS"}


def test_a_formatted_text_comes_with_its_words_before_it_and_is_made_harmless(
    hookdesk_app: Flask, hookdesk_client: Client, topic: str, make_form: Make, make_field: Make
) -> None:
    """The editor sends the words, then the HTML; without it the words alone are sent."""
    make_field(make_form(), "Steps", "rich_text")
    html = "<div>Press <strong>red</strong><script>x</script></div>"
    again = hookdesk_client.submit("/open", {**OPEN, "subject": "", "field-steps": ["Press red", html]})
    assert "<textarea" in again.text
    assert "&lt;strong&gt;red" in again.text
    hookdesk_client.submit("/open", {**OPEN, "topic": topic, "field-steps": ["Press red", html]})
    ticket, filled = only_ticket(hookdesk_app)
    assert filled == {"steps": "Press red"}
    with hookdesk_app.test_request_context("/"):
        [answer] = values.answers("ticket", ticket.id)
        assert answer.kind.html(answer.spec, answer.values) == "<div>Press <strong>red</strong></div>"


def test_a_problem_stands_at_its_field_and_nothing_is_lost(
    hookdesk_app: Flask, hookdesk_client: Client, topic: str, device: int
) -> None:
    page = hookdesk_client.submit("/open", {**OPEN, "topic": topic, "field-serial_number": "4711"})
    assert page.status_code == 422
    assert 'href="#field-os"' in page.text
    assert "This is needed." in page.text
    assert 'value="4711"' in page.text
    with hookdesk_app.app_context():
        assert reading().scalar(select(Ticket.id)) is None
    forged = hookdesk_client.submit("/open", {**OPEN, "topic": topic, "field-os": "beos"})
    assert (forged.status_code, "beos cannot be chosen here." in forged.text) == (422, True)


def test_another_topic_brings_its_fields_and_keeps_what_was_written(
    hookdesk_client: Client, topic: str, device: int
) -> None:
    page = hookdesk_client.submit("/open", {**OPEN, "topic": topic, "field-os": "linux"}, to="/open/fields")
    assert page.status_code == 200
    assert 'value="linux" selected' in page.text
    assert "Since nine o" in page.text
    assert "is-error" not in page.text
    assert (
        "Serial number" not in hookdesk_client.submit("/open", {**OPEN, "topic": "nonsense:1"}, to="/open/fields").text
    )


def test_agents_are_asked_show_and_change_it_with_a_line_in_the_log(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor], topic: str, device: int
) -> None:
    hookdesk_client.sign_in(make_agent())
    call = {"email": "grace@example.org", "channel": "phone", "topic": topic, "subject": "Broken", "message": "Help"}
    assert "Serial number" in hookdesk_client.submit("/agent/tickets/new", call, to="/agent/tickets/new/fields").text
    page = hookdesk_client.submit("/agent/tickets/new", {**call, "field-os": "win", "field-serial_number": "1"})
    assert "Windows" in page.text
    ticket, _filled = only_ticket(hookdesk_app)
    fields = f"/agent/tickets/{ticket.number}/fields"
    assert 'value="win" selected' in hookdesk_client.get(fields).text
    page = hookdesk_client.submit(fields, {"field-os": "mac", "field-serial_number": ""})
    assert "macOS" in page.text
    assert only_ticket(hookdesk_app)[1] == {"os": "macOS"}
    with hookdesk_app.app_context():
        lines = {row.kind: row.data for row in reading().scalars(select(TicketEvent)) if row.kind.startswith("field:")}
    assert lines["field:os"] == {"before": "Windows", "after": "macOS", "label": "Operating system"}
    assert lines["field:serial_number"]["after"] == ""
    assert "set <b>Operating system</b> to <b>macOS</b>" in page.text


def test_conditions_know_the_fields_of_stored_tickets_and_of_drafts(
    hookdesk_app: Flask, hookdesk_client: Client, topic: str, device: int
) -> None:
    hookdesk_client.submit("/open", {**OPEN, "topic": topic, "field-os": "mac"})
    wanted = {"version": 1, "mode": "all", "parts": [{"field": "field:os", "operator": "is", "value": "mac"}]}
    with hookdesk_app.app_context():
        fields = criteria.known_fields()
        group = criteria.load(wanted, fields)
        assert reading().scalar(select(Ticket.id).where(criteria.where(group, fields))) is not None
        other = criteria.load({**wanted, "mode": "none"}, fields)
        assert reading().scalar(select(Ticket.id).where(criteria.where(other, fields))) is None
