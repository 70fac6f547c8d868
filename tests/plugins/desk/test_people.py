"""Who takes part in a ticket: followers, a new requester, referrals; released, answered. Each as far as the agent may."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    Agent,
    Collaborator,
    Referral,
    Ticket,
    TicketEvent,
    UserEmail,
    actors,
    participants,
    reading,
    tickets,
    transact,
    users,
)
from hookdesk.testing.instances import Client

pytestmark = pytest.mark.plugins("desk", "storage_fs")
MakeTicket = Callable[..., Ticket]
MakeAgent = Callable[..., Actor]
GiveRole = Callable[..., Actor]
Inside = Callable[..., Any]
Stored = Callable[[str], Any]


def change(client: Client, number: str, what: str, **given: Any) -> LexborHTMLParser:
    """Send a form of the ticket's page; the page that it leads to."""
    response = client.submit(f"/agent/tickets/{number}", given, to=f"/agent/tickets/{number}/{what}")
    assert response.status_code == 200
    return LexborHTMLParser(response.data)


def page(client: Client, number: str, section: str = "") -> LexborHTMLParser:
    """A ticket's page, with a section of its panel open."""
    return LexborHTMLParser(client.get(f"/agent/tickets/{number}?section={section}").data)


def offered(client: Client, number: str) -> set[str]:
    """Where the forms of a ticket's page lead, whichever section is open."""
    trees = (page(client, number, section) for section in ("people", "referrals"))
    forms = [form for tree in trees for form in tree.css("main form[action]")]
    return {
        re.sub(r"\d+", "1", str(form.attributes["action"]).partition("?")[0].partition("/tickets/")[2])
        for form in forms
    }


def log_of(tree: LexborHTMLParser) -> str:
    """What the thread says."""
    return " ".join(tree.css_first(".thread").text().split())


def user_of(inside: Inside, address: str) -> int:
    """The id of the user with an address."""
    return int(inside(lambda: reading().scalar(select(UserEmail.user_id).where(UserEmail.address == address))))


def test_a_follower_is_added_muted_let_in_again_and_removed(
    desk: Client, make_ticket: MakeTicket, inside: Inside
) -> None:
    number = make_ticket().number
    tree = change(desk, number, "collaborators", person="Alan Turing <alan@example.org>")
    assert "open" in tree.css_first("#people").attributes
    assert "Alan Turing" in tree.css_first("#people").text()
    assert "Alan Turing" in tree.css_first("#recipients").text()
    alan = user_of(inside, "alan@example.org")
    tree = change(desk, number, f"collaborators/{alan}/mail", mail="0")
    assert "gets no mail" in tree.css_first("#people").text()
    assert "Alan" not in tree.css_first("#recipients").text()
    tree = change(desk, number, f"collaborators/{alan}/mail", mail="1")
    assert "Alan Turing" in tree.css_first("#recipients").text()
    tree = change(desk, number, f"collaborators/{alan}/remove")
    assert "Nobody else follows" in tree.css_first("#people").text()
    for words in (
        "let Alan Turing follow it",
        "had no more mail sent to Alan Turing",
        "had mail sent to Alan Turing again",
        "let Alan Turing follow it no longer",
    ):
        assert words in log_of(tree)


def test_a_banned_follower_is_no_recipient(
    desk: Client, make_ticket: MakeTicket, inside: Inside, make_agent: MakeAgent
) -> None:
    number = make_ticket().number
    change(desk, number, "collaborators", person="mallory@example.org")
    mallory, boss = user_of(inside, "mallory@example.org"), make_agent("boss", is_admin=True)
    data = users.UserData("Mallory", ("mallory@example.org",), is_banned=True)
    inside(lambda: users.save_user(boss, mallory, data))
    tree = page(desk, number)
    assert "banned" in tree.css_first("#people").text()
    assert "Mallory" not in tree.css_first("#recipients").text()
    tree = change(desk, make_ticket().number, "collaborators", person="mallory@example.org")
    assert "Mallory is banned" in tree.css_first("#toasts").text()


@pytest.mark.parametrize("typed", ["", "nobody", "Nobody Known", "a@", "x" * 600, "Grace Hopper"])
def test_who_cannot_be_told_from_what_was_typed_is_asked_for_again(
    desk: Client, make_ticket: MakeTicket, inside: Inside, typed: str
) -> None:
    """A name counts if exactly one person has it: here two do."""
    number = make_ticket().number
    make_ticket(email="grace@elsewhere.example")
    tree = change(desk, number, "collaborators", person=typed)
    assert "Write an e-mail address, or choose" in tree.css_first("#toasts").text()
    assert "open" in tree.css_first("#people").attributes
    assert inside(lambda: reading().scalar(select(Collaborator.id))) is None


def test_who_may_not_add_users_is_told_so_and_adds_none(
    desk: Client, ada: Actor, make_ticket: MakeTicket, inside: Inside
) -> None:
    number = make_ticket().number
    inside(lambda: _grant(ada))
    for what in ("collaborators", "requester"):
        tree = change(desk, number, what, person="Eve <eve@example.org>")
        assert "Nobody here has the address eve@example.org, and you may not add users." in tree.body.text()
    found = inside(lambda: reading().scalar(select(UserEmail.id).where(UserEmail.address == "eve@example.org")))
    assert found is None


def test_a_known_name_is_enough(desk: Client, make_ticket: MakeTicket) -> None:
    number = make_ticket().number
    make_ticket(email="alan@example.org", name="Alan Turing")
    assert "Alan Turing" in change(desk, number, "collaborators", person="Alan Turing").css_first("#people").text()


def test_another_requester_takes_the_ticket(desk: Client, make_ticket: MakeTicket, stored: Stored) -> None:
    number = make_ticket().number
    tree = change(desk, number, "requester", person="Alan Turing <alan@example.org>")
    assert "Alan Turing" in tree.css_first("#requester").text()
    assert "alan@example.org" in tree.css_first("#recipients").text()
    assert "changed the requester from Grace Hopper to Alan Turing" in log_of(tree)


def test_those_whom_the_agent_may_know_of_are_suggested_and_few(
    desk: Client, ada: Actor, make_ticket: MakeTicket, make_agent: MakeAgent, make_department: Callable[[str], int],
    inside: Inside,
) -> None:  # fmt: skip
    boss, number = make_agent("boss", is_admin=True), make_ticket().number
    for place in range(12):
        make_ticket(name=f"Person {place}", email=f"person{place}@example.org")
    hidden = make_ticket(name="Person Unseen", email="unseen@example.org")
    inside(lambda: tickets.transfer(boss, hidden.id, make_department("Board")))

    def found(text: str) -> list[str | None]:
        tree = LexborHTMLParser(desk.get(f"/agent/tickets/{number}/people?person={text}").data)
        return [one.attributes["value"] for one in tree.css("option")]

    assert len(found("person")) == 8
    assert found("person3@") == ["person3@example.org"]
    assert found("unseen") == []
    assert found("p") == found("%25%25") == found("") == []
    inside(lambda: _grant(ada, "user.directory"))
    assert found("unseen") == ["unseen@example.org"]


def test_agents_out_of_sight_are_not_suggested(
    desk: Client, ada: Actor, make_ticket: MakeTicket, make_agent: MakeAgent, make_department: Callable[[str], int],
    inside: Inside,
) -> None:  # fmt: skip
    far, elsewhere = make_agent("far", "Far Away"), make_department("Board")
    inside(lambda: transact(lambda session: setattr(session.get(Agent, far.agent_id), "department_id", elsewhere)))
    path = f"/agent/tickets/{make_ticket().number}/people?person=far%40"
    for permissions, is_told in ((("user.directory",), False), (("user.directory", "agent.see_all"), True)):
        inside(lambda held=permissions: _grant(ada, *held))
        assert ("Far Away" in desk.get(path).text) is is_told


def _grant(actor: Actor, *permissions: str) -> None:
    """Let an agent hold permissions everywhere."""

    def work(session: Any) -> None:
        session.get(Agent, actor.agent_id).permissions = list(permissions)

    transact(work)


def test_a_ticket_is_shown_to_others_and_the_referral_withdrawn(
    desk: Client, make_ticket: MakeTicket, make_department: Callable[[str], int]
) -> None:
    number, board = make_ticket().number, make_department("Board")
    tree = change(desk, number, "refer", to=f"department:{board}")
    assert "Board" in tree.css_first("#referrals .panel-list").text()
    tree = change(desk, number, "withdraw", **{"from": f"department:{board}"})
    assert tree.css_first("#referrals .panel-list") is None
    assert "showed it to Board" in log_of(tree)
    assert "shows it to Board no longer" in log_of(tree)


@pytest.mark.parametrize("to", ["", "agent", "agent:x", "agent:999", "planet:1", "team:-1", "department:" + "9" * 30])
def test_a_referral_to_nobody_changes_nothing(
    desk: Client, make_ticket: MakeTicket, inside: Inside, stored: Stored, to: str
) -> None:
    number = make_ticket().number
    before = stored(number)
    assert "Nothing was changed" in change(desk, number, "refer", to=to).css_first("#toasts").text()
    assert stored(number) == before
    assert inside(lambda: reading().scalar(select(Referral.id))) is None


def test_the_department_that_has_the_ticket_is_not_shown_it(desk: Client, make_ticket: MakeTicket) -> None:
    ticket = make_ticket()
    tree = change(desk, ticket.number, "refer", to=f"department:{ticket.department_id}")
    assert "has this ticket already" in tree.css_first("#toasts").text()


def test_a_ticket_is_released_and_marked_as_answered(
    desk: Client, ada: Actor, give_role: GiveRole, make_ticket: MakeTicket, stored: Stored
) -> None:
    give_role(ada, "ticket.assign", "ticket.release", "ticket.mark_answered")
    number = make_ticket().number
    change(desk, number, "claim")
    tree = change(desk, number, "release")
    assert stored(number).assignee_id is None
    assert "took it from Ada Lovelace" in log_of(tree)
    tree = change(desk, number, "answered", answered="1")
    assert stored(number).is_answered
    assert "Mark as unanswered" in tree.css_first("#ticket-tools").text()
    tree = change(desk, number, "answered", answered="0")
    assert not stored(number).is_answered
    assert "marked it as answered" in log_of(tree)
    assert "marked it as unanswered" in log_of(tree)


def test_nobody_is_offered_where_the_ticket_may_not_be_released(
    desk: Client, ada: Actor, give_role: GiveRole, make_ticket: MakeTicket
) -> None:
    give_role(ada, "ticket.assign")
    number = make_ticket().number
    tree = change(desk, number, "claim")
    assert [one.text() for one in tree.css("#prop-assignee option")] == ["Ada Lovelace"]
    assert change(desk, number, "assign", assignee="").css_first("#toasts .toast-danger") is not None


def test_all_of_them_are_offered_to_who_may_do_all(
    hookdesk_client: Client, make_agent: MakeAgent, make_ticket: MakeTicket, inside: Inside
) -> None:
    boss, ticket = make_agent("boss", is_admin=True), make_ticket()
    hookdesk_client.sign_in(boss)
    inside(lambda: participants.add_collaborator(boss, ticket.id, "alan@example.org"))
    inside(lambda: participants.refer(boss, ticket.id, "agent", boss.agent_id or 0))
    inside(lambda: tickets.assign(boss, ticket.id, boss.agent_id))
    assert {f"1/{what}" for what in CHANGES} <= offered(hookdesk_client, ticket.number)


CHANGES = {
    "collaborators": "ticket.edit",
    "collaborators/1/mail": "ticket.edit",
    "collaborators/1/remove": "ticket.edit",
    "requester": "ticket.edit",
    "refer": "ticket.refer",
    "withdraw": "ticket.refer",
    "release": "ticket.release",
    "answered": "ticket.mark_answered",
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_needs_its_permission_and_a_ticket_in_sight(
    desk: Client, ada: Actor, give_role: GiveRole, make_agent: MakeAgent, make_ticket: MakeTicket, inside: Inside,
    make_department: Callable[[str], int], stored: Stored, what: str,
) -> None:  # fmt: skip
    """Without the permission it is neither offered nor done; a ticket out of sight is not there, whatever is held."""
    seen, hidden, boss = make_ticket(), make_ticket(), make_agent("boss", is_admin=True)
    inside(lambda: tickets.transfer(boss, hidden.id, make_department("Board")))
    before = stored(seen.number), stored(hidden.number)
    given = {"person": "eve@example.org", "to": f"agent:{ada.agent_id}", "answered": "1"}
    give_role(ada, "ticket.reply")
    assert f"1/{what}" not in offered(desk, seen.number)
    refused = desk.submit(f"/agent/tickets/{seen.number}", given, to=f"/agent/tickets/{seen.number}/{what}")
    assert refused.status_code == 403
    inside(lambda: _grant(ada, CHANGES[what]))
    missing = desk.submit(f"/agent/tickets/{seen.number}", given, to=f"/agent/tickets/{hidden.number}/{what}")
    assert missing.status_code == 404
    assert (stored(seen.number), stored(hidden.number)) == before


@pytest.mark.plugins("desk", "portal", "storage_fs")
def test_a_requester_is_told_nothing_of_referrals(
    hookdesk_client: Client, ada: Actor, make_ticket: MakeTicket, make_department: Callable[[str], int], inside: Inside
) -> None:
    ticket, board = make_ticket(), make_department("Board of trustees")
    inside(lambda: participants.refer(ada, ticket.id, "department", board))
    assert inside(lambda: reading().scalar(select(TicketEvent.id).where(TicketEvent.kind == "referral"))) is not None
    owner = inside(lambda: actors.requester_actor(ticket.user_id))
    hookdesk_client.sign_in(owner)
    seen = hookdesk_client.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert ticket.subject in seen
    assert "trustees" not in seen
