"""Tasks beside a ticket, their lists and their own page, without JavaScript."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select, text
from tests.queries import counted

from hookdesk.api import (
    Actor,
    ActorKind,
    InboundFile,
    ThreadEntry,
    Ticket,
    attachments,
    clock,
    reading,
    release,
    site,
    system,
)
from hookdesk.testing import Client
from hookdesk_tasks import checklists, making, queues
from hookdesk_tasks.checklists import Line
from hookdesk_tasks.making import NewTask
from hookdesk_tasks.models import Task

pytestmark = pytest.mark.plugins("tasks", "desk", "admin", "storage_fs")


@pytest.fixture
def ada(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Actor:
    """An agent, signed in."""
    actor = make_agent(is_admin=True)
    hookdesk_client.sign_in(actor)
    return actor


@pytest.fixture
def inside(hookdesk_app: Flask) -> Iterator[None]:
    """An application context."""
    with hookdesk_app.app_context():
        yield


def test_a_list_tells_no_subject_of_a_ticket_that_one_does_not_see(
    hookdesk_client: Client,
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
    hide: Callable[[int], None],
) -> None:
    bob = make_agent("bob", "Bob")
    theirs, own = make_ticket(subject="A secret merger"), make_ticket(subject="A broken lamp")
    for ticket in (theirs, own):
        making.make(system("tests"), NewTask("Look into it", ticket_id=ticket.id, assignee_id=bob.agent_id))
    hide(theirs.id)
    hookdesk_client.sign_in(bob)
    for address in ("/agent/tasks", "/agent/tasks/T-0001"):
        page = hookdesk_client.get(address).text
        assert theirs.number in page
        assert "A secret merger" not in page
    assert "A broken lamp" in hookdesk_client.get("/agent/tasks").text


def titles(page: str) -> list[str]:
    return [node.text() for node in LexborHTMLParser(page).css(".subject")]


@pytest.mark.usefixtures("ada")
def test_tasks_are_added_and_ticked_off_beside_a_ticket(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket]
) -> None:
    number = make_ticket().number
    address = f"/agent/tickets/{number}"
    page = hookdesk_client.submit(f"{address}?sort=due", {"title": "Call <them>"}, to=f"{address}/tasks?sort=due").text
    assert "Call &lt;them&gt;" in page
    assert "0 of 1 done" in page
    assert "sort=due" in page, "the way back to the list is kept"
    page = hookdesk_client.submit(address, {"status": "closed"}, to=f"{address}/status").text
    assert "Close its tasks first: T-0001 Call" in page
    page = hookdesk_client.submit(address, {"open": "0", "back": "ticket"}, to="/agent/tasks/T-0001/state").text
    assert "1 of 1 done" in page
    assert "Task T-0001 is done" in page, "a note stands on the ticket"
    with hookdesk_app.app_context():
        listed = checklists.save(system(), "Return", [Line("Print the label", days=2), Line("Refund")])
    page = hookdesk_client.submit(address, {"checklist": str(listed)}, to=f"{address}/tasks").text
    assert "1 of 3 done" in page
    assert "Print the label" in page
    made = hookdesk_client.submit(
        f"/agent/tasks/new?ticket={number}",
        {"title": "Long one", "description": "d", "ticket": number},
        to="/agent/tasks/new",
    ).text
    assert "1 of 4 done" in made
    with hookdesk_app.app_context():
        entry = reading().scalar(select(ThreadEntry.id).order_by(ThreadEntry.id).limit(1))
    menu = hookdesk_client.get(f"{address}/entries/{entry}").text
    link = LexborHTMLParser(menu).css_first('a[href*="/agent/tasks/new"]').attributes["href"]
    assert "burning since nine" in hookdesk_client.get(str(link)).text, "its words are taken along"


@pytest.mark.usefixtures("ada")
def test_a_task_lives_on_a_page_of_its_own(hookdesk_client: Client) -> None:
    page = hookdesk_client.submit("/agent/tasks/new", {"title": "Order paper", "due": "2026-07-01T10:00"}).text
    assert "Task T-0001 was made." in page
    own = "/agent/tasks/T-0001"
    assert "tasks-description" not in hookdesk_client.get(own).text, "there is none"
    for part, data, seen in (
        ("assign", {"assignee": "1"}, "took it"),
        ("words", {"title": "Order thick paper", "description": "A4"}, "Order thick paper"),
        ("due", {"due": ""}, "took back the due date"),
        ("due", {"due": "tomorrow"}, "no date and time"),
        ("update", {"message": "On its way."}, "On its way."),
        ("note", {"message": ""}, "Write something first"),
        ("state", {"open": "0"}, "closed it"),
        ("assign", {"assignee": "77"}, "Nothing was changed"),
    ):
        assert seen in hookdesk_client.submit(own, data, to=f"{own}/{part}").text, part
    sent = {"message": "See the file.", "attachments": (io.BytesIO(b"a,b"), "a.csv")}
    page = hookdesk_client.submit(own, sent, to=f"{own}/note").text
    link = LexborHTMLParser(page).css_first("a.file").attributes["href"]
    assert hookdesk_client.get(str(link)).data == b"a,b"
    assert "See the file." not in hookdesk_client.get(f"{own}/print").text
    assert "See the file." in hookdesk_client.get(f"{own}/print?notes=1").text
    assert "was deleted" in hookdesk_client.submit(own, {}, to=f"{own}/delete").text
    assert hookdesk_client.get(own).status_code == 404
    assert hookdesk_client.get(str(link)).status_code == 404


def test_descriptions_and_notes_are_formatted_and_show_their_pictures(
    hookdesk_app: Flask, hookdesk_client: Client, ada: Actor
) -> None:
    """A picture that is taken out of a description goes; nothing runs, and nothing is loaded from elsewhere."""

    def picture(name: str) -> tuple[str, str]:
        with hookdesk_app.app_context():
            stored = attachments.store(InboundFile(name, "image/png", name.encode(), content_id=f"{name}@inline"))
            return attachments.token(stored, ada.user_id), f'<img src="cid:{name}@inline" alt="{name}">'

    (first, shown), (second, other) = picture("plan.png"), picture("map.png")
    bad = "<script>alert(1)</script><img src='https://elsewhere.example/x.png'>"
    given = {"title": "Order paper", "description": ["Thick", f"<div>Thick <b>white</b> {shown}{bad}</div>"]}
    page = hookdesk_client.submit("/agent/tasks/new", {**given, "kept": [first]}).text
    number = re.search(r"T-\d+", page)
    assert number is not None
    path = f"/agent/tasks/{number[0]}"

    def pictures(css: str) -> list[str]:
        tree = LexborHTMLParser(hookdesk_client.get(path).data)
        assert not tree.css(f"{css} script")
        return [str(node.attributes["src"]) for node in tree.css(f"{css} img") if node.attributes.get("src")]

    [url] = pictures(".tasks-description")
    assert hookdesk_client.get(url).data == b"plan.png"
    assert "<b>white</b>" in hookdesk_client.get(path).text
    assert "plan.png@inline" in hookdesk_client.get(f"{path}?edit=1").text, "its editor shows it, too"
    words = {"title": "Order paper", "description": ["Map", f"<div>See {other}</div>"], "kept": [second]}
    hookdesk_client.submit(path, words, to=f"{path}/words")
    [changed] = pictures(".tasks-description")
    assert hookdesk_client.get(changed).data == b"map.png"
    assert hookdesk_client.get(url).status_code == 404
    note = {"message": ["Look", f"<div>Look: {shown}</div>"], "kept": [first]}
    assert hookdesk_client.submit(path, note, to=f"{path}/note").status_code == 200
    [noted] = pictures(".entry-body")
    assert hookdesk_client.get(noted).data == b"plan.png"


def test_lists_are_paged_searched_changed_at_once_and_exported(
    hookdesk_app: Flask, hookdesk_client: Client, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "SIZE", 3)
    with hookdesk_app.app_context():
        for place in range(7):
            due_at = clock.now() + timedelta(days=place - 1)
            making.make(ada, NewTask(f"Task {place}", due_at=due_at, assignee_id=ada.agent_id if place < 2 else None))
        making.make(ada, NewTask("=cmd()"))
    seen, address = [], "/agent/tasks"
    while address:
        tree = LexborHTMLParser(hookdesk_client.get(address).text)
        seen += [node.text() for node in tree.css(".subject")]
        further = tree.css_first('a[rel="next"]')
        address = str(further.attributes["href"]) if further else ""
    assert seen == [*(f"Task {place}" for place in range(7)), "=cmd()"], "by date, and what has none last"
    assert titles(hookdesk_client.get("/agent/tasks?queue=mine").text) == ["Task 0", "Task 1"]
    assert titles(hookdesk_client.get("/agent/tasks?queue=overdue").text) == ["Task 0", "Task 1"]
    assert titles(hookdesk_client.get("/agent/tasks?queue=all&q=task+3").text) == ["Task 3"]
    assert "No task has these words" in hookdesk_client.get("/agent/tasks?queue=all&q=100%25").text
    page = hookdesk_client.submit(
        "/agent/tasks", {"selected": ["T-0001", "T-0002", "T-9"], "act": "close"}, to="/agent/tasks/bulk"
    ).text
    assert "2 tasks were changed." in page
    assert "T-9: it is gone" in page
    assert "Choose an agent" in hookdesk_client.submit("/agent/tasks", {"act": "assign"}, to="/agent/tasks/bulk").text
    assert sorted(titles(hookdesk_client.get("/agent/tasks?queue=done").text)) == ["Task 0", "Task 1"]
    exported = hookdesk_client.get("/agent/tasks/export.csv?queue=all").text
    assert "'=cmd()" in exported, "no spreadsheet takes it for a formula"
    assert len(exported.strip().splitlines()) == 9
    with counted(hookdesk_app) as statements:
        assert hookdesk_client.get("/agent/tasks").status_code == 200
    assert len(statements) <= 8, statements


@pytest.mark.usefixtures("inside")
def test_lists_walk_an_index() -> None:
    narrow = Actor(ActorKind.AGENT, "x", agent_id=1, departments={1: frozenset()}, teams=frozenset({1}))
    for actor, queue, sort in product((system(), narrow), queues.every(), queues.SORTS):
        asked = queues._asked(actor, queues.Wanted(queue, sort)).limit(50)
        sql = str(asked.compile(site().db.engine, compile_kwargs={"literal_binds": True}))
        with site().db.engine.connect() as connection:
            plan = [row[-1] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]
        assert not [line for line in plan if line.startswith("SCAN") and "INDEX" not in line], (queue.key, sort, plan)


@pytest.mark.usefixtures("ada")
def test_an_administrator_keeps_checklists(hookdesk_app: Flask, hookdesk_client: Client) -> None:
    line = {"title": ["Desk", "", "Key"], "description": ["", "", "Blue"], "department": ["", "", "1"]}
    sent = {
        **line,
        "assignee": [""] * 3,
        "team": [""] * 3,
        "days": ["", "", "7"],
        "name": "New colleague",
        "is_active": "y",
    }
    assert hookdesk_client.submit("/admin/checklists/new", {"name": "Empty"}).status_code == 422
    assert "is saved" in hookdesk_client.submit("/admin/checklists/new", sent).text
    with hookdesk_app.app_context():
        listed = next(iter(checklists.kept()))
        assert checklists.lines(listed) == [Line("Desk"), Line("Key", "Blue", 1, days=7)]
    assert "Desk · Key" in hookdesk_client.get("/admin/checklists").text
    hookdesk_client.submit(f"/admin/checklists/{listed}", {}, to=f"/admin/checklists/{listed}/delete")
    with hookdesk_app.app_context():
        release()
        assert checklists.every() == []
        assert reading().scalar(select(Task.id)) is None


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("due", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_date_that_no_other_zone_could_show_is_none(hookdesk_client: Client, due: str) -> None:
    told = hookdesk_client.submit("/agent/tasks/new", {"title": "Far away", "due": due})
    assert told.status_code == 422
    assert "That is no date and time." in told.text
    hookdesk_client.submit("/agent/tasks/new", {"title": "Near"})
    told = hookdesk_client.submit("/agent/tasks/T-0001", {"due": due}, to="/agent/tasks/T-0001/due")
    assert "That is no date and time." in told.text
