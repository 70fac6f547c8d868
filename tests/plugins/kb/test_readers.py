"""What readers do is counted: helpful or not, and what comes of articles suggested on the ticket form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hookdesk.api import Actor, PeopleHooks, Ticket, actors, release, site
from hookdesk.testing import Client
from hookdesk_kb import counting, voting

from .conftest import Write

pytestmark = pytest.mark.plugins("kb", "portal")


def helped(app: Flask, article_id: int) -> tuple[int, int]:
    with app.app_context():
        row = counting.of(article_id)
        assert row is not None
        return row.helpful, row.unhelpful


def test_whom_no_article_answers_may_write_to_us(hookdesk_client: Client) -> None:
    for path in ("/help", "/help/search?q=nothingofthekind"):
        answer = hookdesk_client.get(path)
        assert answer.status_code == 200
        assert '<a class="btn" href="/open">' in answer.text


def test_each_browser_answers_once_and_may_change_its_mind(
    hookdesk_app: Flask, hookdesk_client: Client, place: Callable[..., int], write: Write
) -> None:
    article_id = write(place())
    page, path = f"/help/{article_id}", f"/help/{article_id}/vote"
    for _ in range(2):
        answer = hookdesk_client.submit(page, {"helpful": "yes"}, to=path)
    assert "We are glad that it helped" in answer.text
    assert helped(hookdesk_app, article_id) == (1, 0)
    answer = hookdesk_client.submit(page, {"helpful": "no"}, to=path)
    assert "What was missing?" in answer.text
    hookdesk_client.submit(page, {"helpful": "no", "comment": "A\x00picture"}, to=path)
    assert helped(hookdesk_app, article_id) == (0, 1)
    other = hookdesk_app.test_client()
    assert isinstance(other, Client)
    other.submit(page, {"helpful": "no"}, to=path)
    assert helped(hookdesk_app, article_id) == (0, 2)
    with hookdesk_app.app_context():
        assert [row.comment for row in voting.comments(article_id)] == ["A picture"]


def test_what_a_person_said_goes_with_them(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], place: Callable[..., int], write: Write
) -> None:
    people: list[Actor] = []
    for address in ("a@example.org", "b@example.org"):
        ticket = make_ticket(email=address)
        with hookdesk_app.app_context():
            actor = actors.requester_actor(ticket.user_id)
        assert actor is not None
        people.append(actor)
    both, one = write(category := place()), write(category, "Another")
    with hookdesk_app.app_context():
        for person, article_id in ((people[0], both), (people[1], both), (people[1], one)):
            voting.vote(person, voting.voter(person, {}), article_id, is_helpful=True)
        voting.merge(people[0].user_id or 0, people[1].user_id or 0)
        release()
        told = dict(site().hooks.collect(PeopleHooks.person_records, user_id=people[0].user_id or 0))
        assert {line["article_id"] for line in told["kb_votes"]} == {both, one}
        voting.forget(people[0].user_id or 0)
    assert helped(hookdesk_app, both) == helped(hookdesk_app, one) == (0, 0)


def test_what_comes_of_suggestions_is_counted_by_article_and_by_form(
    hookdesk_app: Flask, hookdesk_client: Client, place: Callable[..., int], write: Write
) -> None:
    category = place()
    tyre = write(category, "Mend a flat tyre", topics=("topics:1",))
    write(category, "Flat tyre sizes", "<p>In inches.</p>")
    write(category, "Change your address", "<p>On the page of your account.</p>")
    found = hookdesk_client.get("/help/answers?q=My tyre is flat since yesterday evening&topic=topics:1").text
    assert "Mend a <mark>flat</mark> <mark>tyre</mark>" in found
    assert found.index("Mend a") < found.index("sizes")
    assert "address" not in found
    for values in (
        {"step": "shown", "article": ["1", "2"], "first": "1"},
        {"step": "shown", "article": ["3", "999", "x"], "first": "0"},
        {"step": "read", "article": [str(tyre)], "first": "1"},
        {"step": "solved", "article": ["1"], "first": "1"},  # has an address of its own
        {"step": "views", "article": ["1"], "first": "1"},
    ):
        assert hookdesk_client.submit("/open", values, to="/help/counted").status_code == 204
    glad = hookdesk_client.submit("/open", to=f"/help/{tyre}/solved")
    assert "No ticket was opened" in glad.text
    hookdesk_client.submit("/open", to=f"/help/{tyre}/seen")
    with hookdesk_app.app_context():
        assert tuple(counting.lately()) == (1, 1, 1)
        assert [tuple(row) for row in counting.best()] == [(tyre, 1, 1, 1), (2, 1, 0, 0), (3, 1, 0, 0)]
        row = counting.of(tyre)
        assert row is not None
        assert row.views == 1


def test_the_form_has_room_for_suggestions_while_there_are_articles(
    hookdesk_app: Flask, hookdesk_client: Client, place: Callable[..., int], write: Write
) -> None:
    assert "data-kb-answers" not in hookdesk_client.get("/open").text
    assert "data-kb-search" not in hookdesk_client.get("/").text
    write(place())
    page = hookdesk_client.get("/open").text
    assert "data-kb-answers" in page
    assert "data-kb-dialog" in page
    assert "data-kb-search" in hookdesk_client.get("/").text
