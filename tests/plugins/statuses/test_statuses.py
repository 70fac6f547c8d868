"""The pages of statuses and priorities, and moving tickets away from one that goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    ActorKind,
    NotFound,
    Priority,
    Status,
    SystemLog,
    Ticket,
    TicketEvent,
    bin,
    directory,
    participants,
    reading,
    release,
    site,
    statuses,
    system,
    tickets,
)
from hookdesk.testing import Client, assert_plugin_contract
from hookdesk_statuses import moves

pytestmark = pytest.mark.plugins("statuses")
STATUS = {
    "name": "On hold",
    "state": "open",
    "look": "pending",
    "is_active": "y",
    "may_reopen": "y",
    "reopens_as_id": "",
}
PRIORITY = {"name": "Urgent", "look": "high", "is_active": "y"}


@pytest.fixture
def panel(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser with an administrator."""
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    return hookdesk_client


def rows(app: Flask, model: Any = Status) -> dict[str, Any]:
    with app.app_context():
        return {row.key: row for row in reading().scalars(select(model))}


def test_the_plugin_keeps_the_contract() -> None:
    assert_plugin_contract("statuses")


def test_a_status_is_made_changed_moved_and_deleted(panel: Client, hookdesk_app: Flask) -> None:
    assert "On hold is saved." in panel.submit("/admin/statuses/status/new", STATUS).text
    made = rows(hookdesk_app)["on_hold"]
    assert (made.state, made.look, made.is_active, made.is_default) == ("open", "pending", True, False)
    page = f"/admin/statuses/status/{made.id}"
    assert "<code>on_hold</code>" in panel.get(page).text
    panel.submit(page, {**STATUS, "name": "Parked", "may_reopen": ""})
    assert not rows(hookdesk_app)["on_hold"].may_reopen
    for _ in range(9):
        panel.submit("/admin/statuses", {"step": "up"}, to=f"/admin/statuses/status/{made.id}/move")
    assert min(rows(hookdesk_app).values(), key=lambda row: row.position).key == "on_hold"
    gone = panel.submit(f"/admin/statuses/status/{made.id}/delete")
    assert "Parked is deleted." in gone.text
    assert "on_hold" not in rows(hookdesk_app)


def test_a_priority_is_made_and_tickets_are_sorted_by_it(
    panel: Client, hookdesk_app: Flask, make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int]
) -> None:
    ticket = make_ticket()
    panel.submit("/admin/statuses/priority/new", PRIORITY)
    found = rows(hookdesk_app, Priority)
    assert found["urgent"].rank < found["emergency"].rank
    normal = found["normal"]
    panel.submit("/admin/statuses", {"step": "down"}, to=f"/admin/statuses/priority/{normal.id}/move")
    run_jobs("statuses.ranks")
    with hookdesk_app.app_context():
        rank = reading().scalar(select(Ticket.priority_rank).where(Ticket.id == ticket.id))
        assert rank == reading().scalar(select(Priority.rank).where(Priority.key == "normal")) == 50


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "Open"}, "That name is taken."),
        ({"state": "deleted"}, "Not a valid choice"),
        ({"look": "purple"}, "Not a valid choice"),
        ({"reopens_as_id": "99"}, "Not a valid choice"),
        ({"reopens_as_id": "x"}, "nvalid"),
        ({"is_default": "y", "state": "closed"}, "it has to be an open one"),
        ({"is_default": "y", "is_active": ""}, "it has to be in use"),
    ],
)
def test_bad_statuses_are_told_and_nothing_is_saved(
    panel: Client, hookdesk_app: Flask, changes: dict[str, str], words: str
) -> None:
    answer = panel.submit("/admin/statuses/status/new", {**STATUS, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert len(rows(hookdesk_app)) == 4
    assert rows(hookdesk_app)["open"].is_default


def test_a_name_left_alone_stays_as_it_is_stored(panel: Client, hookdesk_app: Flask) -> None:
    """A German administrator sees "Offen"; saving the page does not make it the German word for everybody."""
    row = rows(hookdesk_app)["pending"]
    panel.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    page = f"/admin/statuses/status/{row.id}"
    shown = panel.get(page).text
    assert 'value="Wartet auf Antwort"' in shown
    panel.submit(page, {**STATUS, "name": "Wartet auf Antwort"})
    assert rows(hookdesk_app)["pending"].name == "Waiting for requester"


def test_tickets_are_moved_away_from_a_status_that_goes(
    panel: Client, hookdesk_app: Flask, make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int]
) -> None:
    found = rows(hookdesk_app)
    several = [make_ticket() for _ in range(3)]
    with hookdesk_app.app_context():
        for ticket in several:
            tickets.set_status(system(), ticket.id, found["pending"].id)
    page = f"/admin/statuses/status/{found['pending'].id}/delete"
    shown = panel.get(page).text
    assert "In use: 3 tickets." in shown
    assert "Solved" not in shown, "moving neither closes nor opens"
    for odd in ("", "x", "9" * 30, str(found["solved"].id), str(found["pending"].id)):
        refused = panel.submit(page, {"to_id": odd})
        assert (refused.status_code, "Choose another one" in refused.text) == (422, True)
    assert "It goes when that is done." in panel.submit(page, {"to_id": str(found["open"].id)}).text
    assert not rows(hookdesk_app)["pending"].is_active
    run_jobs("statuses.moves")
    assert "pending" not in rows(hookdesk_app)
    with hookdesk_app.app_context():
        assert set(reading().scalars(select(Ticket.status_id))) == {found["open"].id}
        told = list(reading().scalars(select(TicketEvent.data).where(TicketEvent.kind == "status")))
        assert [one["after"] for one in told].count("Open") == 3
        assert any("3 tickets were moved away" in line for line in reading().scalars(select(SystemLog.message)))


def test_a_plugin_that_objects_keeps_its_tickets_and_the_status_stays(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket]
) -> None:
    from hookdesk.plugins.caller import Implementation

    found, (first, second) = rows(hookdesk_app), [make_ticket() for _ in range(2)]
    with hookdesk_app.app_context():
        for ticket in (first, second):
            tickets.set_status(system(), ticket.id, found["pending"].id)
        moves.begin(system(), "status", found["pending"].id, found["open"].id)
        objection = Implementation("rules", lambda ticket: "no" if ticket["id"] == first.id else None, ("ticket",))
        site().hooks.install("transition_allowed", [objection])
        for _ in range(5):
            moves.step()
        assert moves.step() == 0
        release()
        assert reading().scalar(select(Ticket.status_id).where(Ticket.id == first.id)) == found["pending"].id
        assert reading().scalar(select(Ticket.status_id).where(Ticket.id == second.id)) == found["open"].id
        assert any("but it stays" in line for line in reading().scalars(select(SystemLog.message)))


def test_priorities_are_emptied_too_and_the_default_stays(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int]
) -> None:
    """What lies in the bin is moved along: else the priority would be in use by what nobody sees."""
    found, (ticket, binned) = rows(hookdesk_app, Priority), [make_ticket() for _ in range(2)]
    with hookdesk_app.app_context():
        with pytest.raises(directory.DirectoryProblem, match="default"):
            moves.begin(system(), "priority", found["normal"].id, found["low"].id)
        for each in (ticket, binned):
            tickets.set_priority(system(), each.id, found["high"].id)
        bin.discard(system(), binned.id)
        moves.begin(system(), "priority", found["high"].id, found["low"].id)
    run_jobs("statuses.moves")
    assert "high" not in rows(hookdesk_app, Priority)
    with hookdesk_app.app_context():
        found_now = {tuple(row) for row in reading().all(select(Ticket.priority_id, Ticket.priority_rank))}
        assert found_now == {(found["low"].id, found["low"].rank)}


def test_no_ticket_is_closed_without_an_answer_where_the_settings_say_so(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    agent, ticket, found = make_agent(), make_ticket(), rows(hookdesk_app)
    with hookdesk_app.app_context():
        plugin: Any = site().plugins.get("statuses")
        site().settings.save("statuses", plugin.settings_type, {"closing_needs_answer": True}, system())
        with pytest.raises(Exception, match="Answer it first"):
            tickets.set_status(agent, ticket.id, found["solved"].id)
        tickets.set_status(agent, ticket.id, found["pending"].id)
        tickets.mark_answered(agent, ticket.id, is_answered=True)
        tickets.set_status(agent, ticket.id, found["solved"].id)


@pytest.mark.parametrize(
    "path", ["", "/status/new", "/status/1", "/priority/new", "/priority/1", "/status/1/delete", "/priority/1/delete"]
)
def test_the_pages_are_for_administrators(hookdesk_client: Client, make_agent: Callable[..., Actor], path: str) -> None:
    hookdesk_client.sign_in(make_agent("ada"))
    assert hookdesk_client.get(f"/admin/statuses{path}").status_code == 403


@pytest.mark.parametrize("path", ["/status/99", "/priority/99", "/agent/1/delete", "/status/x", "/x/1/delete"])
def test_what_is_not_there_is_not_found(panel: Client, path: str) -> None:
    assert panel.get(f"/admin/statuses{path}").status_code == 404


def test_a_status_named_by_a_script_is_shown_and_not_run(panel: Client, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        statuses.save_status(system(), None, statuses.StatusData("<script>x</script>"))
    assert "<script>x" not in panel.get("/admin/statuses").text


@pytest.mark.plugins("statuses", "portal")
@pytest.mark.requires("portal")
def test_a_requester_closes_their_own_ticket_where_a_status_is_meant_for_it(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket]
) -> None:
    ticket, solved = make_ticket(email="grace@example.org"), rows(hookdesk_app)["solved"]
    page = f"/tickets/{ticket.number}"
    hookdesk_client.sign_in(Actor(ActorKind.REQUESTER, "Grace", user_id=ticket.user_id))
    assert "Done?" not in hookdesk_client.get(page).text
    refused = hookdesk_client.submit(page, to=f"{page}/done")
    assert "This ticket cannot be closed here." in refused.text
    with hookdesk_app.app_context():
        changed = statuses.StatusData("Solved", "closed", look="solved", requesters_may=True)
        statuses.save_status(system(), solved.id, changed)
    assert "Done?" in hookdesk_client.get(page).text
    assert "Write again if something comes up." in hookdesk_client.submit(page, to=f"{page}/done").text
    with hookdesk_app.app_context():
        assert reading().scalar(select(Ticket.status_id)) == solved.id
    assert "Done?" not in hookdesk_client.get(page).text


def test_nobody_closes_the_ticket_of_another(hookdesk_app: Flask, make_ticket: Callable[..., Ticket]) -> None:
    """Not even who follows it or shares it."""
    ticket, other, solved = make_ticket(), make_ticket(email="other@example.org"), rows(hookdesk_app)["solved"]
    with hookdesk_app.app_context():
        statuses.save_status(system(), solved.id, statuses.StatusData("Solved", "closed", requesters_may=True))
        participants.add_collaborator(system(), ticket.id, "other@example.org")
        follower = Actor(ActorKind.REQUESTER, "Other", user_id=other.user_id)
        with pytest.raises(tickets.TicketProblem):
            tickets.close_own(follower, ticket.id)
        stranger = Actor(ActorKind.REQUESTER, "Nobody", user_id=999)
        with pytest.raises(NotFound):
            tickets.close_own(stranger, ticket.id)
