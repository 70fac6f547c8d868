"""The other roads by which fields come: programs, mail, files; and what keeps a ticket open."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk import criteria
from hookdesk.api import (
    Actor,
    Department,
    Forbidden,
    Status,
    Ticket,
    TicketHooks,
    access_ticket,
    actors,
    intake,
    reading,
    site,
    system,
    tickets,
    transact,
)
from hookdesk.testing import Client
from hookdesk_api_osticket import services as keys
from hookdesk_forms import mailed, values
from hookdesk_forms.models import Value

Make = Callable[..., int]
pytestmark = pytest.mark.plugins("forms", "portal", "desk", "api_osticket", "email_in", "storage_fs")
OPEN = {"name": "Grace", "email": "grace@example.org", "subject": "Broken", "message": "Help"}
MAIL = b"From: grace@example.org\r\nSubject: Broken\r\nMessage-ID: <a@example.org>\r\n\r\nHelp\r\n"


@pytest.fixture
def ask(hookdesk_app: Flask) -> Callable[..., Any]:
    """`ask(**changes)`: open a ticket as a program."""
    with hookdesk_app.app_context():
        secret = keys.create(system("tests"), keys.Values("Shop", ("127.0.0.1",)))

    def post(**changes: Any) -> Any:
        client = hookdesk_app.test_client(use_cookies=False)
        return client.post("/api/tickets.json", json={**OPEN, **changes}, headers={"X-API-Key": secret})

    return post


@pytest.fixture
def order(make_form: Make, make_field: Make) -> int:
    """A form on every ticket: an order number that is required, a day, several colours."""
    form_id = make_form("Order")
    make_field(form_id, "Order number", key="order", requester="required", options={"must_be": "digits"})
    make_field(form_id, "Bought on", "date", key="bought", requester="hidden")
    colours = {"lines": "r: Red\ng: Green", "is_multiple": True}
    make_field(form_id, "Colours", "choice", key="colours", options=colours)
    return form_id


def filled(app: Flask) -> dict[str, str]:
    """What was filled in on the newest ticket, in words."""
    with app.test_request_context("/"):
        ticket_id = reading().scalar(select(Ticket.id).order_by(Ticket.id.desc()).limit(1))
        assert ticket_id is not None
        return {one.spec.key: one.words for one in values.answers("ticket", ticket_id)}


def test_a_program_fills_fields_in_by_their_names(hookdesk_app: Flask, ask: Callable[..., Any], order: int) -> None:
    answer = ask(order=4711, bought="2026-05-01", colours=["Red", "g"], unknown="x")
    assert answer.status_code == 201
    assert filled(hookdesk_app) == {"order": "4711", "bought": "May 1, 2026", "colours": "Red, Green"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Order number: This is needed."),
        ({"order": "abc"}, "Order number: Write digits alone."),
        ({"order": "1", "colours": ["blue"]}, "Colours: blue cannot be chosen here."),
        ({"order": "1", "bought": "31.12.2026"}, "Bought on: Write a date"),
        ({"order": ["1", "2"]}, "Order number: Only one value"),
    ],
)
def test_a_bad_value_of_a_program_is_answered_with_422(
    hookdesk_app: Flask, ask: Callable[..., Any], order: int, given: dict[str, Any], words: str
) -> None:
    answer = ask(**given)
    assert (answer.status_code, words in answer.text) == (422, True)
    with hookdesk_app.app_context():
        assert reading().scalar(select(Ticket.id)) is None


def test_a_mail_is_never_lost_for_a_field_that_is_missing(hookdesk_app: Flask, order: int) -> None:
    with hookdesk_app.app_context():
        assert intake.process(intake.receive("email", MAIL, {}, "a") or 0).ticket_id is not None


def test_conditions_agree_on_drafts_and_on_stored_tickets(
    hookdesk_app: Flask, ask: Callable[..., Any], order: int
) -> None:
    ask(order="4711", bought="2026-05-01", colours=["r"])
    moment = datetime(2026, 5, 2, tzinfo=UTC).isoformat()
    asked = [
        ("field:order", "starts_with", "47", True), ("field:order", "matches", "^4.*1$", True), ("field:order", "is", "47", False),
        ("field:bought", "before", moment, True), ("field:colours", "is", "r", True), ("field:colours", "is_not", "r", False),
        ("field:colours", "in", ["g", "r"], True), ("field:colours", "is_empty", None, False),
    ]  # fmt: skip
    with hookdesk_app.app_context():
        fields = criteria.known_fields()
        ticket_id = reading().scalar(select(Ticket.id))
        assert ticket_id is not None
        stored = criteria.stored_values([ticket_id], fields)[ticket_id]
        for name, operator, value, holds in asked:
            part = {"field": name, "operator": operator, "value": value}
            group = criteria.load({"version": 1, "mode": "all", "parts": [part]}, fields)
            narrowed = reading().scalar(select(Ticket.id).where(criteria.narrowed(group, fields))) is not None
            assert narrowed is holds or operator == "matches", part
            assert criteria.matches(group, stored) is holds, part


def test_a_file_is_kept_over_an_error_and_shown_to_who_may_see_the_ticket(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_agent: Callable[..., Actor],
    make_form: Make,
    make_field: Make,
    run_jobs: Callable[..., int],
) -> None:
    form_id = make_form()
    make_field(form_id, "Receipt", "file", requester="required", options={"endings": "txt", "most": 1})
    send = lambda **more: hookdesk_client.submit("/open", {**OPEN, **more})  # noqa: E731  # three calls, one line each
    assert "txt" in hookdesk_client.get("/open").text
    refused = send(**{"field-receipt": (io.BytesIO(b"x"), "receipt.exe")})
    assert (refused.status_code, "files of this type" in refused.text) == (422, True)
    kept = send(subject="", **{"field-receipt": (io.BytesIO(b"Thank you"), "receipt.txt")})
    token = kept.text.split('name="field-receipt" value="')[1].split('"')[0]
    assert send(**{"field-receipt": token[:-2] + "xx"}).status_code == 422, "a forged note names no file"
    send(**{"field-receipt": token})
    run_jobs("outbox")
    with hookdesk_app.app_context():
        row = reading().scalars(select(Value)).one()
        number = reading().scalar(select(Ticket.number))
        assert row.data is not None
        assert row.data["sha256"] == hashlib.sha256(b"Thank you").hexdigest()
    stranger = hookdesk_app.test_client()
    for path in (f"/forms/files/{row.id}/receipt.txt", f"/agent/forms/files/{row.id}/receipt.txt"):
        assert stranger.get(path).status_code == 302, "to sign in"
    hookdesk_client.sign_in(make_agent())
    assert f"/agent/forms/files/{row.id}/receipt.txt" in hookdesk_client.get(f"/agent/tickets/{number}").text
    answer = hookdesk_client.get(f"/agent/forms/files/{row.id}/receipt.txt")
    assert (answer.data, answer.headers["Content-Security-Policy"]) == (b"Thank you", "default-src 'none'; sandbox")


def test_a_ticket_stays_open_until_what_is_needed_is_filled_in(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
    make_form: Make,
    make_field: Make,
) -> None:
    make_field(make_form(), "Cause", is_needed_to_close=True, requester="hidden")
    ticket, agent = make_ticket(), make_agent()
    with hookdesk_app.app_context():
        solved = reading().scalar(select(Status.id).where(Status.key == "solved"))
        assert solved is not None
        with pytest.raises(Forbidden, match="Fill in first: Cause"):
            tickets.set_status(agent, ticket.id, solved)
        owner, view = actors.requester_actor(ticket.user_id), access_ticket(agent, ticket.id).snapshot()
        asked = {"ticket": view, "actor": owner, "status": "solved", "state": "closed"}
        assert (
            site().hooks.veto(TicketHooks.transition_allowed, **asked)
            == "Somebody here has to fill in something first."
        )
    hookdesk_client.sign_in(agent)
    hookdesk_client.submit(f"/agent/tickets/{ticket.number}/fields", {"field-cause": "Old age"})
    with hookdesk_app.app_context():
        tickets.set_status(agent, ticket.id, solved)


def test_a_requester_changes_what_is_theirs_to_fill_in_and_sees_nothing_else(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket], make_form: Make, make_field: Make
) -> None:
    form_id = make_form()
    make_field(form_id, "Room", key="room")
    make_field(form_id, "Internal", key="internal", requester="hidden")
    make_field(form_id, "Answer", key="answer", requester="shown")
    ticket = make_ticket(channel="api", fields={"room": "1", "internal": "secret", "answer": "42"})
    with hookdesk_app.app_context():
        owner = actors.requester_actor(ticket.user_id)
    assert owner is not None
    hookdesk_client.sign_in(owner)
    page = hookdesk_client.get(f"/tickets/{ticket.number}").text
    assert ("secret" in page, "42" in page) == (False, True)
    own = f"/tickets/{ticket.number}/fields"
    assert 'name="field-answer"' not in hookdesk_client.get(own).text
    hookdesk_client.submit(own, {"field-room": "7", "field-answer": "43", "field-internal": "x"})
    assert filled(hookdesk_app) == {"room": "7", "internal": "secret", "answer": "42"}
    other = make_ticket(email="other@example.org")
    assert hookdesk_client.get(f"/tickets/{other.number}/fields").status_code == 404


def test_a_page_holds_nothing_of_hidden_fields_whatever_depends_on_them(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket], make_form: Make, make_field: Make
) -> None:
    """Neither what was filled in there nor what others wait for; what depends on them is decided all the same."""
    form_id = make_form()
    make_field(form_id, "Rank", key="rank", requester="hidden")
    make_field(form_id, "Level", key="level", requester="shown")
    make_field(form_id, "Room", key="room")

    def when(field: str, value: str) -> dict[str, Any]:
        return {"version": 1, "mode": "all", "parts": [{"field": field, "operator": "is", "value": value}]}

    make_field(form_id, "Lounge", key="lounge", shown_if=when("field:rank", "canary one"))
    make_field(form_id, "Cellar", key="cellar", shown_if=when("field:rank", "canary two"))
    make_field(form_id, "Lift", key="lift", shown_if=when("field:level", "top"))
    ticket = make_ticket(channel="api", fields={"rank": "canary one", "level": "top", "room": "1"})
    with hookdesk_app.app_context():
        owner = actors.requester_actor(ticket.user_id)
    assert owner is not None
    hookdesk_client.sign_in(owner)
    page = hookdesk_client.get(f"/tickets/{ticket.number}/fields").text
    assert "canary" not in page
    assert "field:level" in page, "a field that is shown decides in the browser, too"
    shown = {
        key: "data-form-hidden" not in page.partition(f'data-form-field="field-{key}"')[2].partition(">")[0]
        for key in ("lounge", "cellar", "lift")
    }
    assert shown == {"lounge": True, "cellar": False, "lift": True}


def test_a_program_cannot_say_what_is_wrong(hookdesk_app: Flask, ask: Callable[..., Any], order: int) -> None:
    """The name under which a message carries problems is nobody's to send."""
    assert ask(order="1", **{"forms:problems": "none"}).status_code == 201
    assert "This is needed." in ask(**{"forms:problems": "none"}).text


def test_requesters_are_not_told_a_private_department_that_was_chosen(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket], make_form: Make, make_field: Make
) -> None:
    make_field(make_form(), "Place", "department", key="place", requester="shown")
    with hookdesk_app.app_context():
        vault = Department(name="Vault", is_public=False)
        transact(lambda session: session.add(vault))
        chosen = reading().scalar(select(Department.id).where(Department.name == "Vault"))
    ticket = make_ticket(channel="api", fields={"place": str(chosen)})
    with hookdesk_app.app_context():
        owner, view = actors.requester_actor(ticket.user_id), access_ticket(system(), ticket.id)
        told = [mailed.mailed(view, for_agent=for_agent)[0].value for for_agent in (True, False)]
    assert told == ["Vault", "Unavailable"]
    assert owner is not None
    hookdesk_client.sign_in(owner)
    page = hookdesk_client.get(f"/tickets/{ticket.number}").text
    assert ("Place" in page, "Vault" in page) == (True, False)
