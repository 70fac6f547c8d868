"""A ticket for somebody who called, and an agent's own profile."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    Agent,
    Attachment,
    Collaborator,
    CoreSettings,
    InboundMessage,
    Status,
    ThreadEntry,
    Ticket,
    TicketDraft,
    User,
    UserEmail,
    people,
    reading,
    site,
    system,
)
from hookdesk.models import OutboxEvent
from hookdesk.plugins.caller import Implementation
from hookdesk.testing.instances import Client

pytestmark = pytest.mark.plugins("desk", "storage_fs")
Inside = Callable[..., Any]
CALL = {
    "channel": "phone",
    "email": "Grace@Example.org",
    "name": "Grace Hopper",
    "subject": "Stuck lift",
    "message": "On floor 3.",
    "notice": "none",
}


def created(inside: Inside) -> dict[str, Any]:
    """What was told of the newest ticket."""
    asked = select(OutboxEvent.data).where(OutboxEvent.name == "ticket_created").order_by(OutboxEvent.id.desc())
    return dict(inside(lambda: reading().scalar(asked)))


def number_of(response: Any) -> str:
    """The number on the page that a new ticket leads to."""
    assert response.status_code == 200
    return str(LexborHTMLParser(response.data).css_first("[data-ticket-number]").attributes["data-ticket-number"])


def test_an_agent_opens_a_ticket_for_a_caller(
    desk: Client, ada: Actor, inside: Inside, stored: Callable[[str], Any]
) -> None:
    response = desk.submit("/agent/tickets/new", CALL)
    row = stored(number_of(response))
    assert (row.subject, row.channel, row.assignee_id) == ("Stuck lift", "phone", None)
    assert inside(lambda: reading().scalar(select(User.name).where(User.id == row.user_id))) == "Grace Hopper"
    thread = LexborHTMLParser(response.data).css_first(".thread").text()
    assert "Ada Lovelace opened the ticket" in thread
    assert "by phone" in thread
    told = created(inside)
    assert (told["agent_id"], told["autoresponse"], told["user_id"]) == (ada.agent_id, False, row.user_id)


def test_what_the_agent_chose_is_done(
    desk: Client,
    ada: Actor,
    make_agent: Callable[..., Actor],
    make_department: Callable[[str], int],
    inside: Inside,
    stored: Callable[[str], Any],
) -> None:
    boss, billing = make_agent("boss", "Boss", is_admin=True), make_department("Billing")
    desk.sign_in(boss)
    given = {
        **CALL, "department": str(billing), "priority": "1", "status": "2", "assignee": f"agent:{boss.agent_id}", "notice": "requester",
        "cc": "joan@example.org, Grace Hopper <grace@example.org>, Joan@example.org", "due": "2099-01-01T12:00",
    }  # fmt: skip
    row = stored(number_of(desk.submit("/agent/tickets/new", given)))
    assert (row.department_id, row.priority_id, row.status_id, row.assignee_id) == (billing, 1, 2, boss.agent_id)
    assert row.fixed_due_at.year == 2099
    told = created(inside)
    assert (told["autoresponse"], told["copies"]) == (True, False)
    asked = select(UserEmail.address).join(Collaborator, Collaborator.user_id == UserEmail.user_id)
    assert inside(lambda: reading().scalars(asked.where(Collaborator.ticket_id == row.id)).all()) == [
        "joan@example.org"
    ]


def test_an_answer_and_a_note_go_with_it(
    desk: Client, ada: Actor, inside: Inside, stored: Callable[[str], Any]
) -> None:
    """The answer says that the ticket is there, so nothing else does; it can end it."""
    closed = inside(lambda: reading().scalar(select(Status.id).where(Status.key == "closed")))
    given = {
        **CALL,
        "notice": "all",
        "reply": "Somebody is on the way.",
        "note": "Called twice.",
        "status": str(closed),
    }
    row = stored(number_of(desk.submit("/agent/tickets/new", given)))
    assert (row.state, row.is_answered, row.assignee_id) == ("closed", True, ada.agent_id)
    assert created(inside)["autoresponse"] is False
    entries = select(ThreadEntry.kind, ThreadEntry.text).where(ThreadEntry.ticket_id == row.id).order_by(ThreadEntry.id)
    assert [tuple(entry) for entry in inside(lambda: reading().all(entries))] == [
        ("message", "On floor 3."), ("note", "Called twice."), ("response", "Somebody is on the way."),
    ]  # fmt: skip
    data = select(OutboxEvent.data).where(OutboxEvent.name == "entry_added").order_by(OutboxEvent.id)
    assert [(one["kind"], one["notify"]) for one in inside(lambda: reading().scalars(data))][-1] == ("response", True)


def test_what_could_not_follow_is_told(
    desk: Client, ada: Actor, inside: Inside, give_role: Callable[..., Actor]
) -> None:
    """The ticket is there all the same."""
    give_role(ada, "ticket.create", "ticket.reply")
    page = desk.submit("/agent/tickets/new", {**CALL, "due": "2099-01-01T12:00", "assignee": f"agent:{ada.agent_id}"})
    assert page.status_code == 422  # assigning was not offered
    page = desk.submit("/agent/tickets/new", {**CALL, "due": "2099-01-01T12:00", "reply": "Soon."})
    assert "The due date was not set" in page.text
    assert "Soon." in page.text


def test_people_are_found_while_their_names_are_typed(
    desk: Client, make_ticket: Callable[..., Ticket], stored: Callable[[str], Any]
) -> None:
    ticket = make_ticket(email="grace@example.org", name="Grace Hopper")
    assert 'value="grace@example.org"' in desk.get("/agent/tickets/new/people?email=hopp").text
    assert (
        'value="a@example.org, grace@example.org"' in desk.get("/agent/tickets/new/people?cc=a@example.org,grac").text
    )
    number = number_of(desk.submit("/agent/tickets/new", {**CALL, "email": "Grace Hopper"}))
    assert stored(number).user_id == ticket.user_id


def test_a_known_requester_is_found_by_address(
    desk: Client, make_ticket: Callable[..., Ticket], stored: Callable[[str], Any]
) -> None:
    ticket = make_ticket(email="grace@example.org", name="Grace Hopper")
    number = number_of(desk.submit("/agent/tickets/new", {**CALL, "name": "Somebody Else"}))
    assert stored(number).user_id == ticket.user_id


@pytest.mark.parametrize("field", ["email", "cc"])
def test_an_address_that_is_nobodys_to_have_is_told_at_its_field(
    desk: Client, inside: Inside, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    """As an address of the helpdesk itself is: mail to it would come back as tickets."""
    monkeypatch.setattr(people, "objection", lambda address: "It is ours." if address == "help@desk.example" else None)
    response = desk.submit("/agent/tickets/new", {**CALL, field: "help@desk.example"})
    assert response.status_code == 422
    assert "It is ours." in response.text
    assert inside(lambda: reading().scalar(select(Ticket.id))) is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "nobody", "Write it like name@example.org, or choose somebody"),
        ("email", "", "e-mail address"),
        ("subject", "  ", "what it is about"),
        ("message", "", "what they said"),
        ("subject", "x" * 501, "500"),
        ("due", "2001-01-01T12:00", "lies ahead"),
        ("cc", "grace@example.org, nobody at all", "nobody at all is neither"),
        ("assignee", "agent:999", "Not a valid choice"),
        ("channel", "pigeon", "Not a valid choice"),
        ("priority", "999", "Not a valid choice"),
    ],
)
def test_a_form_that_is_not_complete_comes_back_as_it_was(
    desk: Client, inside: Inside, field: str, value: str, words: str
) -> None:
    response = desk.submit("/agent/tickets/new", {**CALL, field: value})
    tree = LexborHTMLParser(response.data)
    assert response.status_code == 422
    assert words in tree.css_first('.alert[role="alert"]').text()
    assert tree.css_first("#name").attributes["value"] == "Grace Hopper"
    assert inside(lambda: reading().scalar(select(Ticket.id))) is None


def test_a_plugins_objection_is_shown_and_the_text_kept(desk: Client, inside: Inside) -> None:
    def ticket_problems(draft: TicketDraft) -> list[str]:
        return ["A serial number is needed."]

    inside(lambda: site().hooks.install("ticket_problems", [Implementation("a_plugin", ticket_problems, ("draft",))]))
    response = desk.submit("/agent/tickets/new", CALL)
    tree = LexborHTMLParser(response.data)
    assert response.status_code == 422
    assert "A serial number is needed." in tree.css_first('.alert[role="alert"]').text()
    assert tree.css_first("#message").text().strip() == "On floor 3."


def test_opening_tickets_needs_its_permission(desk: Client, ada: Actor, give_role: Callable[..., Actor]) -> None:
    give_role(ada, "ticket.reply")
    assert desk.get("/agent/tickets/new").status_code == 403
    assert desk.submit("/agent/", CALL, to="/agent/tickets/new").status_code in (400, 403)
    assert "/agent/tickets/new" not in desk.get("/agent/").get_data(as_text=True)


def test_only_the_desks_own_form_is_followed(inside: Inside) -> None:
    from hookdesk_desk.opening import as_chosen

    def draft(channel: str, fields: dict[str, Any]) -> TicketDraft:
        return TicketDraft(InboundMessage(channel, "a@example.org"), "x", None, channel, fields=fields)

    assert as_chosen(draft("portal", {"desk": {"department_id": 5}})) is None
    assert as_chosen(draft("phone", {"desk": "text"})) is None
    assert as_chosen(draft("phone", {})) is None


@pytest.mark.plugins("desk", "storage_fs", "topics")
@pytest.mark.requires("topics")
def test_a_help_topic_can_be_chosen_for_a_caller(desk: Client, stored: Callable[[str], Any]) -> None:
    offered = [
        node.attributes["value"] for node in LexborHTMLParser(desk.get("/agent/tickets/new").data).css("#topic option")
    ]
    assert offered[0] == ""
    number = number_of(desk.submit("/agent/tickets/new", {**CALL, "topic": offered[1]}))
    assert stored(number).topic_ref == offered[1]


def test_agents_keep_their_own_profile(desk: Client, ada: Actor, inside: Inside) -> None:
    given = {"name": " Ada  King ", "signature": "Ada\r\nSupport", "locale": "", "timezone": "Europe/Tallinn"}
    assert "Your profile was saved." in desk.submit("/agent/profile", given).get_data(as_text=True)
    row = inside(
        lambda: reading().first(
            select(Agent.name, Agent.signature, Agent.timezone, Agent.is_admin).where(Agent.id == ada.agent_id)
        )
    )
    assert tuple(row) == ("Ada King", "Ada\nSupport", "Europe/Tallinn", False)
    assert inside(lambda: reading().scalar(select(User.name).where(User.id == ada.user_id))) == "Ada King"


def test_the_zones_to_choose_from_are_places(desk: Client) -> None:
    """Not the machine's own names, nor bare offsets whose sign few people guess right."""
    page = desk.get("/agent/profile").get_data(as_text=True)
    assert 'value="Europe/Tallinn"' in page
    assert 'value="UTC"' in page
    assert not any(f'value="{name}"' in page for name in ("localtime", "Factory", "Etc/GMT-8", "CET"))


def test_the_profile_says_who_sees_it(desk: Client, inside: Inside) -> None:
    assert "Requesters see it in your replies." in desk.get("/agent/profile").text
    inside(lambda: site().settings.save("core", CoreSettings, {"agents_shown": "department"}, system()))
    page = desk.get("/agent/profile").text
    assert "Requesters see it" not in page
    assert "requesters are not told" in page


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""},
        {"name": "\x07 "},
        {"name": "x" * 201},
        {"name": "Ada", "timezone": "Mars/Base"},
        {"name": "Ada", "locale": "tlh"},
    ],
)
def test_a_profile_that_cannot_be_is_not_saved(desk: Client, ada: Actor, inside: Inside, given: dict[str, str]) -> None:
    response = desk.submit("/agent/profile", {"signature": "", "is_admin": "y", **given})
    assert response.status_code == 422
    assert inside(lambda: reading().scalar(select(Agent.name).where(Agent.id == ada.agent_id))) == "Ada Lovelace"


def test_files_of_a_form_that_comes_back_go_along_with_the_next_try(desk: Client, inside: Inside) -> None:
    """Whatever is wrong with the rest of it."""
    page, file = "/agent/tickets/new", (io.BytesIO(b"plan"), "plan.txt")
    refused = desk.submit(page, {**CALL, "subject": "", "attachments": file})
    assert refused.status_code == 422
    held = LexborHTMLParser(refused.data).css_first('[data-kept-list="attachments"] input[name=attachments]')
    assert held is not None
    number = number_of(desk.submit(page, {**CALL, "attachments": held.attributes["value"]}))
    asked = select(Attachment.filename).join(Ticket, Ticket.id == Attachment.ticket_id).where(Ticket.number == number)
    assert inside(lambda: list(reading().scalars(asked))) == ["plan.txt"]
