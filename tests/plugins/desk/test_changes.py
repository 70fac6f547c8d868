"""Properties, each changed by a form of its own; deleting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Team, Ticket, bin, transact
from hookdesk.testing.instances import Client

pytestmark = pytest.mark.plugins("desk", "storage_fs")
MakeTicket = Callable[..., Ticket]
Inside = Callable[..., Any]
Stored = Callable[[str], Any]


def change(client: Client, number: str, what: str, **given: Any) -> LexborHTMLParser:
    """Send one property's form; the page that it leads to."""
    response = client.submit(f"/agent/tickets/{number}", given, to=f"/agent/tickets/{number}/{what}")
    assert response.status_code == 200
    return LexborHTMLParser(response.data)


def team(inside: Inside, name: str) -> int:
    """A new team."""

    def work(session: Session) -> int:
        made = Team(name=name)
        session.add(made)
        session.flush()
        return made.id

    return int(inside(lambda: transact(work)))


def test_each_property_is_saved_and_told(
    desk: Client,
    ada: Actor,
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    make_department: Callable[[str], int],
    inside: Inside,
    stored: Stored,
) -> None:
    number, bob, night = make_ticket().number, make_agent("bob", "Bob"), team(inside, "Night shift")
    change(desk, number, "priority", priority="high")
    change(desk, number, "assign", assignee=str(bob.agent_id))
    change(desk, number, "team", team=str(night))
    tree = change(desk, number, "status", status="pending")
    assert tree.css_first(".saved") is not None
    row = stored(number)
    assert (row.assignee_id, row.team_id, row.priority_rank) == (bob.agent_id, night, 20)
    log = tree.css_first(".thread").text()
    for words in (
        "set the priority to High",
        "assigned it to Bob",
        "gave it to the team Night shift",
        "set the status to Waiting for requester",
    ):
        assert words in log


def test_claiming_keeps_the_team_and_giving_up_keeps_it_too(
    desk: Client, ada: Actor, make_ticket: MakeTicket, inside: Inside, stored: Stored
) -> None:
    number, night = make_ticket().number, team(inside, "Night shift")
    change(desk, number, "team", team=str(night))
    change(desk, number, "claim")
    assert (stored(number).assignee_id, stored(number).team_id) == (ada.agent_id, night)
    change(desk, number, "assign", assignee="")
    assert (stored(number).assignee_id, stored(number).team_id) == (None, night)


def test_a_ticket_that_was_moved_out_of_sight_is_gone_for_its_mover(
    desk: Client, make_ticket: MakeTicket, make_department: Callable[[str], int], stored: Stored
) -> None:
    number, billing = make_ticket().number, make_department("Billing")
    response = desk.submit(
        f"/agent/tickets/{number}", {"department": str(billing)}, to=f"/agent/tickets/{number}/transfer"
    )
    assert stored(number).department_id == billing
    assert response.status_code == 200
    assert response.request.path == "/agent/"
    assert "is now with others, where you do not see it" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("what", "given"),
    [
        ("assign", {"assignee": "999"}),
        ("assign", {"assignee": "x"}),
        ("assign", {"assignee": "9" * 30}),
        ("team", {"team": "999"}),
        ("transfer", {"department": "999"}),
        ("transfer", {}),
        ("status", {"status": "nonsense"}),
        ("status", {}),
        ("priority", {"priority": "nonsense"}),
    ],
)
def test_what_cannot_be_set_changes_nothing_and_says_so(
    desk: Client, make_ticket: MakeTicket, stored: Stored, what: str, given: dict[str, str]
) -> None:
    number = make_ticket().number
    before = stored(number)
    tree = change(desk, number, what, **given)
    assert "Nothing was changed" in tree.css_first("#toasts").text()
    assert stored(number) == before


@pytest.mark.parametrize("what", ["assign", "claim", "team", "transfer", "priority", "delete"])
def test_each_change_needs_its_permission(
    desk: Client, ada: Actor, give_role: Callable[..., Actor], make_ticket: MakeTicket, stored: Stored, what: str
) -> None:
    give_role(ada, "ticket.reply")
    number = make_ticket().number
    before = stored(number)
    given = {"assignee": "1", "team": "1", "department": "1", "priority": "high"}
    assert desk.submit(f"/agent/tickets/{number}", given, to=f"/agent/tickets/{number}/{what}").status_code == 403
    assert stored(number) == before


def test_closing_needs_its_permission(
    desk: Client, ada: Actor, give_role: Callable[..., Actor], make_ticket: MakeTicket, stored: Stored
) -> None:
    give_role(ada, "ticket.reply")
    number = make_ticket().number
    tree = change(desk, number, "status", status="closed")
    assert "Nothing was changed" in tree.css_first("#toasts").text()
    assert stored(number).state == "open"
    change(desk, number, "status", status="pending")
    assert stored(number).status_id != 1


def test_a_deleted_ticket_comes_back_at_the_press_of_undo_or_from_the_bin(
    desk: Client, ada: Actor, give_role: Callable[..., Actor], make_ticket: MakeTicket, stored: Stored
) -> None:
    give_role(ada, "ticket.delete")
    ticket = make_ticket("The one that goes")
    path, undo = f"/agent/tickets/{ticket.number}", f"/agent/bin/{ticket.number}/restore"
    page = desk.submit(path, to=f"{path}/delete").get_data(as_text=True)
    assert f"Ticket {ticket.number} was deleted." in page
    assert f'action="{undo}"' in page
    assert "You can bring it back." in desk.get(path, follow_redirects=True).text
    page = desk.submit("/agent/bin", to=undo).get_data(as_text=True)
    assert f"Ticket {ticket.number} is back." in page
    assert "The one that goes" in desk.get("/agent/").text
    desk.submit(path, to=f"{path}/delete")
    assert "The one that goes" in desk.get("/agent/bin").text
    assert "The bin is empty" in desk.submit("/agent/bin", to=f"/agent/bin/{ticket.number}/remove").text
    assert stored(ticket.number) is None


def test_the_bin_shows_what_one_may_delete_oneself(
    desk: Client,
    ada: Actor,
    give_role: Callable[..., Actor],
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    inside: Inside,
) -> None:
    ticket = make_ticket("Nothing for others")
    live = str(LexborHTMLParser(desk.get("/agent/").data).css_first("[data-live]").attributes["data-live"])
    assert desk.get(live).status_code == 204
    inside(lambda: bin.discard(make_agent("boss", is_admin=True), ticket.id))
    assert desk.get(live).status_code == 200, "it leaves the lists of others, too"
    give_role(ada, "ticket.note")
    assert desk.get("/agent/bin").status_code == 403
    assert desk.get(f"/agent/tickets/{ticket.number}").status_code == 404
    assert "Nothing for others" not in desk.get("/agent/").text
