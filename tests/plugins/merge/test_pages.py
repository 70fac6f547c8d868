"""Merging, linking and splitting by the pages of the desk; what requesters see of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hookdesk.api import Actor, Ticket, access_ticket, actors, reading, release
from hookdesk.testing.instances import Client
from hookdesk_merge import lists, merging

pytestmark = pytest.mark.plugins("merge", "portal", "accounts", "storage_fs")
Make = Callable[..., Ticket]


@pytest.fixture
def desk(hookdesk_client: Client, ada: Actor) -> Client:
    """Ada's browser."""
    hookdesk_client.sign_in(ada)
    return hookdesk_client


def test_tickets_are_merged_and_parted_again(desk: Client, make_ticket: Make) -> None:
    first, second = make_ticket("Fire", "It burns"), make_ticket("Smoke", "It smokes")
    page = f"/agent/tickets/{first.number}/merge"
    assert "Smoke" in desk.get(page).text
    merged = desk.submit(page, {"with": second.number, "act": "here", "followers": "1"}, to=page)
    assert f"Merged into ticket {first.number}." in merged.text
    assert "It smokes" in merged.text
    child = desk.get(f"/agent/tickets/{second.number}").text
    assert "This conversation goes on in" in child
    assert 'id="composer"' not in child
    undo = merged.text.partition('action="/agent/merges/')[2].partition('"')[0]
    parted = desk.submit(f"/agent/tickets/{first.number}", to=f"/agent/merges/{undo}")
    assert f"Ticket {second.number} stands alone again." in parted.text


@pytest.mark.plugins("merge", "portal", "accounts", "storage_fs", "search")
def test_others_are_found_by_their_words(desk: Client, make_ticket: Make, run_jobs: Callable[..., int]) -> None:
    first = make_ticket("Fire", "It burns")
    other = make_ticket("Basalt column", "It is cold", email="alan@example.org", name="Alan Turing")
    run_jobs("outbox")
    page = f"/agent/tickets/{first.number}/merge"
    assert other.number not in desk.get(page).text
    for words in ("basalt", "cold basalt", "turing"):
        assert f'value="{other.number}"' in desk.get(page, query_string={"numbers": words}).text
    assert "No ticket that you see contains this" in desk.get(page, query_string={"numbers": "fire"}).text


def test_without_a_search_subjects_are_looked_through(desk: Client, make_ticket: Make) -> None:
    first, other = make_ticket("Fire"), make_ticket("Basalt 100% cold", email="alan@example.org", name="Alan Turing")
    page = f"/agent/tickets/{first.number}/merge"
    assert f'value="{other.number}"' in desk.get(page, query_string={"numbers": "100% COLD"}).text


def test_all_that_were_chosen_are_merged_or_none(desk: Client, make_ticket: Make) -> None:
    first, *others = [make_ticket(f"ticket {place}") for place in range(12)]
    page, numbers = f"/agent/tickets/{first.number}/merge", [one.number for one in others]
    refused = desk.submit(page, {"with": numbers[0], "numbers": "8888888", "act": "here"}, to=page)
    assert refused.status_code == 422
    assert "No ticket to merge or link: 8888888" in refused.text
    desk.submit(page, {"with": numbers, "act": "here"}, to=page)
    assert merged_into(desk, first.id) == 11


def merged_into(desk: Client, parent_id: int) -> int:
    """How many tickets were merged into one."""
    with desk.application.app_context():
        return reading().scalar(select(func.count()).where(Ticket.merged_into_id == parent_id)) or 0


def test_different_requesters_are_named_before_they_see_each_other(desk: Client, make_ticket: Make) -> None:
    first, second = make_ticket(), make_ticket("Smoke", email="alan@example.org", name="Alan Turing")
    page = f"/agent/tickets/{first.number}/merge?numbers={second.number}"
    given = {"with": second.number, "act": "here"}
    asked = desk.submit(page, given, to=page)
    assert asked.status_code == 422
    assert "Grace Hopper, Alan Turing" in asked.text
    assert "Merged into" in desk.submit(page, {**given, "sure": "1"}, to=page).text


def test_tickets_are_linked_and_messages_split_off(desk: Client, make_ticket: Make) -> None:
    first, second = make_ticket("Fire"), make_ticket("Smoke")
    page = f"/agent/tickets/{first.number}/merge"
    linked = desk.submit(page, {"with": second.number, "act": "link"}, to=page).text
    assert "Linked" in linked
    desk.submit(f"/agent/tickets/{first.number}", {"message": "A note"}, to=f"/agent/tickets/{first.number}/note")
    entry = desk.get(f"/agent/tickets/{first.number}").text.rpartition('id="entry-')[2].partition('"')[0]
    split = f"/agent/tickets/{first.number}/entries/{entry}/split"
    assert split in desk.get(f"/agent/tickets/{first.number}/entries/{entry}").text
    made = desk.submit(split, {"subject": "Only the note", "following": "0"}, to=split).text
    assert "was made of it." in made
    assert "Only the note" in made


def test_requesters_are_led_to_where_it_goes_on(
    hookdesk_app: Flask, hookdesk_client: Client, ada: Actor, make_ticket: Make
) -> None:
    first, second = make_ticket("Fire", "It burns"), make_ticket("Smoke", "It smokes")
    other = make_ticket("Steam", "It steams", email="alan@example.org")
    with hookdesk_app.app_context():
        merging.merge(ada, first.id, [second.id, other.id])
        who = actors.requester_actor(second.user_id)
    assert who is not None
    hookdesk_client.sign_in(who)
    answer: Any = hookdesk_client.get(f"/tickets/{second.number}")
    assert answer.headers["Location"].endswith(f"/tickets/{first.number}")
    assert "It smokes" in hookdesk_client.get(f"/tickets/{first.number}").text


def test_many_are_merged_at_once(hookdesk_app: Flask, ada: Actor, make_ticket: Make) -> None:
    made = [make_ticket(f"ticket {place}", f"words {place}") for place in range(3)]
    merged = select(func.count()).where(Ticket.merged_into_id == made[-1].id)
    with hookdesk_app.app_context():
        [action] = lists.actions()
        assert action.together is not None
        kept = action.together(ada, [access_ticket(ada, one.id) for one in made], {"into": "newest"})
        release()
        assert reading().scalar(merged) == 2
        assert action.undo is not None
        action.undo(ada, access_ticket(ada, made[0].id), kept or {})
        release()
        assert reading().scalar(merged) == 0
