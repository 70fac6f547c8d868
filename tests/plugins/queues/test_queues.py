"""What each queue holds, what it takes from the one above, and who finds it in their sidebar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from tests.queries import counted

from hookdesk.api import (
    Actor,
    Organization,
    Priority,
    Status,
    Team,
    TeamMember,
    Ticket,
    TicketEvent,
    actors,
    clock,
    listing,
    reading,
    site,
    system,
    tickets,
    transact,
)
from hookdesk.testing.instances import Client
from hookdesk_queues import lists, services, tree
from hookdesk_queues.values import INHERITED, QueueProblem, Values

pytestmark = [pytest.mark.plugins("queues", "desk", "sla", "storage_fs")]
MakeTicket = Callable[..., Ticket]
MakeQueue = Callable[..., int]
Inside = Callable[..., Any]
SHIPPED = [
    "open", "unanswered", "unassigned", "overdue", "urgent", "pending", "vip", "new", "mine", "teams", "closed", "closed-today",
    "closed-week",
]  # fmt: skip


def listed(client: Client, path: str) -> list[str]:
    """The numbers on a page, in order."""
    response = client.get(path)
    assert response.status_code == 200, path
    return [node.text() for node in LexborHTMLParser(response.data).css(".queue .number")]


def sidebar(client: Client) -> dict[str, str]:
    """Key → count of the queues in the sidebar; "" for the first."""
    found = {}
    for node in LexborHTMLParser(client.get("/agent/").data).css(".sidebar li a"):
        count = node.css_first(".count")
        found[str(node.attributes["href"]).rpartition("/")[2]] = count.text() if count else ""
    return found


def link(client: Client, path: str, rel: str) -> str:
    """The address of the next or previous page."""
    node = LexborHTMLParser(client.get(path).data).css_first(f'a[rel="{rel}"]')
    assert node is not None, path
    return str(node.attributes["href"])


@pytest.fixture
def various(make_ticket: MakeTicket, ada: Actor, inside: Inside) -> dict[str, Ticket]:
    """Tickets of every kind, by what is special about them."""
    names = ("plain", "mine", "team", "late", "urgent", "vip", "old", "waiting", "done", "done long ago")
    made = {name: make_ticket(name, email=f"{name.replace(' ', '')}@example.org") for name in names}

    def work(session: Session) -> None:
        now, high = clock.now(), session.scalars(select(Priority).where(Priority.key == "high")).one()
        team, navy = Team(name="Night shift"), Organization(name="Navy", created_at=now)
        session.add_all((team, navy))
        session.flush()
        session.add(TeamMember(team_id=team.id, agent_id=ada.agent_id))
        late = {"due_at": now - timedelta(hours=1)}
        changes: dict[str, dict[str, Any]] = {
            "team": {"team_id": team.id}, "late": late, "urgent": {**late, "priority_id": high.id, "priority_rank": high.rank},
            "vip": {"organization_id": navy.id}, "old": {"created_at": now - timedelta(days=3)},
            "done long ago": {"closed_at": now - timedelta(days=30)},
        }  # fmt: skip
        for name, values in changes.items():
            session.execute(update(Ticket).where(Ticket.id == made[name].id).values(**values))

    def prepare() -> None:
        status = {row.key: row.id for row in reading().all(select(Status.key, Status.id))}
        for name, key in (("done", "closed"), ("done long ago", "closed"), ("waiting", "pending")):
            tickets.set_status(system(), made[name].id, status[key])
        tickets.assign(system(), made["mine"].id, ada.agent_id)
        tickets.mark_answered(system(), made["plain"].id, True)
        transact(work)
        services.mark_vip(system(), reading().scalar(select(Organization.id)) or 0, True)

    inside(prepare)
    return made


def test_a_new_site_has_the_shipped_queues_once(inside: Inside, ada: Actor) -> None:
    def keys() -> list[str]:
        found = lists.of(ada)
        return [queue.key for queue in found.queues] if found else []

    assert inside(keys) == SHIPPED
    inside(lambda: site().plugins.get("queues").on_enable())  # type: ignore[union-attr]  # it is switched on
    told = "those of plugins that are not there wait unseen"
    assert inside(lambda: len(tree.forest().nodes)) == len(SHIPPED) + 2, told


def test_each_shipped_queue_holds_what_its_name_says(
    hookdesk_app: Flask, desk: Client, various: dict[str, Ticket], inside: Inside, ada: Actor
) -> None:
    desk.sign_in(inside(lambda: actors.agent_actor(ada.agent_id or 0)))
    names = {ticket.number: name for name, ticket in various.items()}
    told = {key: {names[number] for number in listed(desk, f"/agent/queues/{key}")} for key in SHIPPED[1:]}
    is_open = set(various) - {"done", "done long ago"}
    assert {names[number] for number in listed(desk, "/agent/")} == is_open
    assert told == {
        "unanswered": is_open - {"plain"},
        "unassigned": is_open - {"mine"},
        "overdue": {"late", "urgent"},
        "urgent": {"urgent"},
        "pending": {"waiting"},
        "vip": {"vip"},
        "new": is_open - {"old"},
        "mine": {"mine"},
        "teams": {"team"},
        "closed": {"done", "done long ago"},
        "closed-today": {"done"},
        "closed-week": {"done"},
    }
    counts = sidebar(desk)
    assert {key: counts[key] for key in told} == {key: str(len(found)) for key, found in told.items()}
    with counted(hookdesk_app) as statements:
        desk.get("/agent/queues/urgent")
    assert 0 < len(statements) <= 8, "\n".join(statements)


def test_a_queue_takes_the_conditions_of_those_above(
    desk: Client, make_ticket: MakeTicket, make_queue: MakeQueue, inside: Inside
) -> None:
    fire, flood, done = (
        make_ticket("fire in the hall"),
        make_ticket("flood in the hall"),
        make_ticket("fire in the yard"),
    )
    closed = inside(lambda: reading().scalar(select(Status.id).where(Status.key == "closed")))
    inside(lambda: tickets.set_status(system(), done.id, closed))
    hall = make_queue("Hall", ("subject", "contains", "hall"))
    below = make_queue("Fires", ("subject", "contains", "fire"), parent_id=hall, inherits=INHERITED)
    alone = make_queue("All fires", ("subject", "contains", "fire"), parent_id=hall, state="")
    assert set(listed(desk, f"/agent/queues/queue-{hall}")) == {fire.number, flood.number}
    assert listed(desk, f"/agent/queues/queue-{below}") == [fire.number]
    assert set(listed(desk, f"/agent/queues/queue-{alone}")) == {fire.number, done.number}
    assert sidebar(desk)[f"queue-{hall}"] == "", "what no index answers is not counted beside its name"
    assert "2 of 2" in desk.get(f"/agent/queues/queue-{hall}").text
    inside(lambda: services.switch(system(), hall, False))
    assert desk.get(f"/agent/queues/queue-{below}").status_code == 404, "with the one above, it is hidden"


def test_a_personal_queue_is_its_agents_alone(
    desk: Client,
    ada: Actor,
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    make_queue: MakeQueue,
    inside: Inside,
) -> None:
    number = make_ticket("fire").number
    own = make_queue("Fires", ("subject", "contains", "fire"), agent_id=ada.agent_id)
    assert listed(desk, f"/agent/queues/queue-{own}") == [number]
    other = make_agent("bob", "Bob")
    for change in (
        lambda: services.save(other, Values("Mine now"), own, other.agent_id),
        lambda: services.remove(other, own, other.agent_id),
        lambda: services.choose(other, own, [], "created"),
    ):
        with pytest.raises(LookupError):
            inside(change)
    with pytest.raises(QueueProblem, match="That queue is gone"):
        inside(lambda: services.save(other, Values("Below", own), agent_id=other.agent_id))
    desk.sign_in(other)
    assert desk.get(f"/agent/queues/queue-{own}").status_code == 404
    assert desk.get(f"/agent/my-queues/{own}").status_code == 404
    assert desk.get(f"/agent/my-queues/{own}/columns").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "Open"}, "There is a queue of this name"),
        ({"title": ""}, "Give the queue a name"),
        ({"state": "lost"}, "Choose one of the list"),
        ({"sort": "by:colour"}, "no such order"),
        ({"quick": "subject"}, "makes no menu"),
        ({"conditions": {"version": 1, "mode": "all", "parts": [{"field": "colour"}]}}, "no field “colour”"),
        ({"columns": ({"name": "number", "label": "", "width": ""},)}, "Keep the column of the subject"),
        ({"columns": ({"name": "subject", "label": "", "width": "1em"},)}, "This width or heading"),
        ({"styles": ({"target": "", "look": "pink", "conditions": {}},)}, "Choose one of the list"),
    ],
)
def test_a_queue_that_cannot_be_is_refused_in_words(inside: Inside, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(QueueProblem, match=words):
        inside(lambda: services.save(system(), Values(**{"title": "New one", **changes})))


def test_a_queue_cannot_lie_below_itself_nor_five_deep(inside: Inside, make_queue: MakeQueue) -> None:
    ids = [make_queue("Level 1")]
    for level in range(2, 5):
        ids.append(make_queue(f"Level {level}", parent_id=ids[-1]))
    with pytest.raises(QueueProblem, match="cannot lie below itself"):
        inside(lambda: services.save(system(), Values("Level 1", ids[2]), ids[0]))
    with pytest.raises(QueueProblem, match="4 levels deep"):
        make_queue("Level 5", parent_id=ids[-1])
    inside(lambda: services.remove(system(), ids[1]))
    moved = inside(lambda: tree.forest().node(ids[2]))
    assert moved.own.parent_id == ids[0], "what lies below moves up"


def test_an_agent_changes_columns_and_order_for_themselves(
    desk: Client, ada: Actor, make_agent: Callable[..., Actor], make_ticket: MakeTicket, inside: Inside
) -> None:
    numbers = [make_ticket(subject).number for subject in ("b", "c", "a")]
    queue_id = inside(lambda: next(node.id for node in tree.forest().nodes if node.own.key == "open"))
    columns = [{"name": name, "label": "", "width": ""} for name in ("subject", "channel", "number")]
    inside(lambda: services.choose(ada, queue_id, columns, "by:subject"))
    assert listed(desk, "/agent/") == [numbers[2], numbers[0], numbers[1]]
    heads = [node.text() for node in LexborHTMLParser(desk.get("/agent/").data).css(".queue thead th")]
    assert heads[1:] == ["Subject", "Channel", "Ticket"]
    assert listed(desk, "/agent/?sort=by:-subject") == [numbers[1], numbers[0], numbers[2]]
    inside(
        lambda: services.choose_first(
            ada, inside(lambda: next(n.id for n in tree.forest().nodes if n.own.key == "new"))
        )
    )
    assert desk.get("/agent/queues/new").headers["Location"] == "/agent/"
    desk.sign_in(make_agent("bob", "Bob"))
    assert set(listed(desk, "/agent/")) == set(numbers)
    assert "Requester" in desk.get("/agent/").text
    assert desk.get("/agent/queues/new").status_code == 200


def test_pages_and_neighbours_follow_an_order_without_index(
    desk: Client, make_ticket: MakeTicket, make_queue: MakeQueue, inside: Inside
) -> None:
    made = [make_ticket(subject).number for subject in "jbhdfaceig" + "klm"]
    wanted = [number for _subject, number in sorted(zip("jbhdfaceig" + "klm", made, strict=True))]
    queue_id = make_queue("By subject", sort="by:subject", state="")
    inside(lambda: site().settings.save("desk", type(site().plugins.get("desk").settings), {"page_size": 10}, system()))  # type: ignore[union-attr]  # it is on
    path = f"/agent/queues/queue-{queue_id}"
    assert listed(desk, path) == wanted[:10]
    following = link(desk, path, "next")
    assert listed(desk, following) == wanted[10:]
    assert listed(desk, link(desk, following, "prev")) == wanted[:10]
    page = desk.get(f"/agent/tickets/{wanted[4]}?queue=queue-{queue_id}")
    assert page.status_code == 200


def test_a_quick_filter_narrows_by_the_values_of_a_field(
    desk: Client, make_ticket: MakeTicket, make_queue: MakeQueue, inside: Inside
) -> None:
    first, second = make_ticket("one"), make_ticket("two")
    high = inside(lambda: reading().scalar(select(Priority.id).where(Priority.key == "high")))
    inside(lambda: tickets.set_priority(system(), second.id, high))
    for name, pick, expected in (
        ("priority", str(high), [second.number]),
        ("created", "yesterday", []),
        ("answered", "no", [second.number, first.number]),
    ):
        path = f"/agent/queues/queue-{make_queue(f'By {name}', quick=name)}"
        assert LexborHTMLParser(desk.get(path).data).css_first('[name="pick"]') is not None
        assert sorted(listed(desk, f"{path}?pick={pick}")) == sorted(expected)
        assert len(listed(desk, f"{path}?pick=nonsense")) == 2


def test_rows_and_cells_look_as_their_conditions_say(
    desk: Client, make_ticket: MakeTicket, make_queue: MakeQueue
) -> None:
    make_ticket("The cellar is on fire"), make_ticket("<i>quiet</i>")
    burning = {"version": 1, "mode": "all", "parts": [{"field": "subject", "operator": "contains", "value": "fire"}]}
    queue_id = make_queue(
        "Looks",
        columns=tuple({"name": name, "label": "", "width": ""} for name in ("number", "subject", "body")),
        styles=(
            {"target": "", "look": "danger", "conditions": burning},
            {"target": "subject", "look": "strong", "conditions": burning},
        ),
    )
    rows = LexborHTMLParser(desk.get(f"/agent/queues/queue-{queue_id}").data).css(".queue tbody tr")
    burns, quiet = sorted((str(row.html) for row in rows), key=lambda html: "quiet" in html)
    assert 'class="unread look-danger"' in burns
    assert 'class="c-subject look-strong"' in burns
    assert "look-" not in quiet
    assert "&lt;i&gt;quiet" in quiet


LARGE = (
    ("ticket", "ix_ticket_state_due", "641480 1001 1001 1 1 1"),
    ("ticket_event", "ix_ticket_event_ticket_id_id", "11578400 7 1"),
)
"""What SQLite has counted in the tables of a large site, by which it plans."""


def test_no_shipped_queue_scans_the_table_of_tickets(
    hookdesk_app: Flask, desk: Client, make_agent: Callable[..., Actor], various: dict[str, Ticket]
) -> None:
    """Neither its page, nor a count, nor the question for news: SQLite says SCAN for a whole table, SEARCH for a walk within an index."""
    with counted(hookdesk_app) as statements:
        for key in SHIPPED[1:]:
            desk.get(f"/agent/queues/{key}")
        desk.get("/agent/")
        assert desk.get(f"/agent/?since={2**62}").status_code == 204
        desk.sign_in(make_agent("root", is_admin=True))
        assert desk.get(f"/agent/?since={2**62}").status_code == 204
    asked = [statement for statement in dict.fromkeys(statements) if "FROM ticket" in statement]
    assert len(asked) > len(SHIPPED)
    with hookdesk_app.app_context(), site().db.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        for table, index, rows in LARGE:
            connection.exec_driver_sql("DELETE FROM sqlite_stat1 WHERE tbl = ?", (table,))
            connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, index, rows))
        connection.exec_driver_sql("ANALYZE sqlite_schema")
        for statement in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?"))
            scans = [row[3] for row in plan if row[3].split()[:2] == ["SCAN", "ticket"]]
            assert scans == [], statement


def test_a_list_that_no_index_answers_is_walked_from_its_newest_ticket(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor], make_queue: MakeQueue
) -> None:
    """A page is then found soon. An index on when tickets were opened finds nearly all of them, and they would have to be sorted."""
    hookdesk_client.sign_in(make_agent("root", is_admin=True))
    queue_id = make_queue("Halls", ("subject", "contains", "hall"), ("created", "in_last", "90d"))
    with counted(hookdesk_app) as statements:
        hookdesk_client.get(f"/agent/queues/queue-{queue_id}")
    walk = next(one for one in statements if "LIKE" in one and "ORDER BY ticket.last_activity_at" in one)
    with hookdesk_app.app_context(), site().db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {walk}", (None,) * walk.count("?"))
        assert [row[3] for row in plan] == ["SEARCH ticket USING INDEX ix_ticket_state_activity (state=?)"]


def test_an_agent_makes_a_queue_in_its_form(desk: Client, make_ticket: MakeTicket, inside: Inside, ada: Actor) -> None:
    """Rows of columns and looks are added without a script; what was given in the link stands in the editor."""
    number = make_ticket("fire in the hall").number
    burning = '{"version": 1, "mode": "all", "parts": [{"field": "subject", "operator": "contains", "value": "fire"}]}'
    path = f"/agent/my-queues/new?conditions={quote(burning)}"
    assert "contains" in desk.get(path).text
    assert desk.get("/agent/my-queues/new?conditions=nonsense").status_code == 200
    sent = {"title": "Fires", "state": "", "conditions": burning, "parent_id": "", "sort": "", "quick": "priority"}
    look = {"look-0-target": "", "look-0-look": "danger", "look-0-conditions": burning}
    added = desk.submit(path, {**sent, "act": "usual-columns"})
    assert added.text.count('-width" ') >= 7
    assert 'name="look-0-conditions"' in desk.submit(path, {**sent, "act": "add-look"}).text
    refused = desk.submit(path, {**sent, **look, "look-0-conditions": '{"version": 1, "mode": "most"}'}, follow=False)
    assert refused.status_code == 422
    assert desk.submit(path, {**sent, **look, "act": "save"}).status_code == 200
    node = inside(lambda: tree.forest().of(ada.agent_id))[0]
    assert listed(desk, f"/agent/queues/{node.key}") == [number]
    edited = desk.get(f"/agent/my-queues/{node.id}")
    assert 'name="look-0-conditions"' in edited.text
    columns = {"column-0-name": "subject", "column-1-name": "number", "column-1-label": "No.", "sort": "created"}
    desk.submit(f"/agent/my-queues/{node.id}/columns", {**columns, "act": "save"})
    heads = [one.text() for one in LexborHTMLParser(desk.get(f"/agent/queues/{node.key}").data).css(".queue thead th")]
    assert heads[1:] == ["Subject", "No."]


@pytest.mark.plugins("queues", "desk", "sla", "storage_fs", "search")
def test_a_queue_can_hold_the_tickets_that_contain_words(
    desk: Client,
    make_ticket: MakeTicket,
    make_queue: MakeQueue,
    inside: Inside,
    ada: Actor,
    run_jobs: Callable[..., int],
) -> None:
    """What was searched for is kept with its words; a queue below adds its own."""
    fire, silent, _machine = [
        make_ticket(subject=subject, text="Hello").number
        for subject in ("Printer on fire", "Printer is silent", "Coffee machine on fire")
    ]
    run_jobs("outbox")
    assert "/agent/my-queues/new?words=printer" in desk.get("/agent/search/?q=printer").text
    path = "/agent/my-queues/new?words=printer"
    assert 'value="printer"' in desk.get(path).text
    sent = {"title": "Printers", "words": "printer", "state": "", "parent_id": "", "sort": "", "quick": ""}
    assert desk.submit(path, {**sent, "words": "?!"}, follow=False).status_code == 422
    assert desk.submit(path, sent).status_code == 200
    above = inside(lambda: tree.forest().of(ada.agent_id))[0]
    given: dict[str, Any] = {"words": "fire", "inherits": ("conditions",), "state": "", "agent_id": ada.agent_id}
    below = make_queue("Fires", parent_id=above.id, **given)
    assert listed(desk, f"/agent/queues/{above.key}") == [silent, fire]
    assert listed(desk, f"/agent/queues/queue-{below}") == [fire]
    assert sidebar(desk)[above.key] == "", "a search is not made again with each page"


def test_without_a_search_nobody_is_shown_a_queue_of_words(inside: Inside, ada: Actor, make_queue: MakeQueue) -> None:
    queue_id = make_queue("Printers", words="printer")
    assert queue_id not in [queue.id for queue in inside(lambda: lists.of(ada).queues)]


def test_an_administrator_changes_everybodys_queues(
    hookdesk_client: Client, make_agent: Callable[..., Actor], make_queue: MakeQueue, inside: Inside
) -> None:
    hookdesk_client.sign_in(make_agent("root", is_admin=True))
    queue_id = make_queue("Hall", ("subject", "contains", "hall"))
    page = hookdesk_client.get("/admin/queues").text
    assert "Subject contains “hall”" in page
    assert "Not counted" in page
    hookdesk_client.submit("/admin/queues", {"step": "up"}, to=f"/admin/queues/{queue_id}/move")
    keys = [node.key for node in inside(lambda: tree.forest().nodes) if node.level == 1]
    assert keys.index(f"queue-{queue_id}") == len(keys) - 2
    hookdesk_client.submit("/admin/queues", {"enabled": "0"}, to=f"/admin/queues/{queue_id}/switch")
    assert not inside(lambda: tree.forest().node(queue_id)).is_active
    hookdesk_client.submit("/admin/queues", to=f"/admin/queues/{queue_id}/delete")
    assert inside(lambda: tree.forest().node(queue_id)) is None
    assert hookdesk_client.get(f"/admin/queues/{queue_id}").status_code == 404


def test_the_first_very_important_organization_is_counted_at_once(
    desk: Client, make_ticket: MakeTicket, inside: Inside
) -> None:
    ticket = make_ticket()

    def belong(session: Session) -> int:
        navy = Organization(name="Navy", created_at=clock.now())
        session.add(navy)
        session.flush()
        session.execute(update(Ticket).where(Ticket.id == ticket.id).values(organization_id=navy.id))
        return navy.id

    navy_id = inside(lambda: transact(belong))
    assert sidebar(desk)["vip"] == "0"
    inside(lambda: services.mark_vip(system(), navy_id, True))
    assert sidebar(desk)["vip"] == "1"
    inside(lambda: services.mark_vip(system(), navy_id, False))
    assert sidebar(desk)["vip"] == "0"


def test_what_the_sidebar_counts_is_kept_until_any_process_changes_a_ticket(
    hookdesk_app: Flask, desk: Client, make_ticket: MakeTicket
) -> None:
    ticket = make_ticket("first")
    make_ticket("second")
    second = clock.now().replace(microsecond=0)
    moment = second + timedelta(seconds=listing.COUNTS_HOLD - second.timestamp() % listing.COUNTS_HOLD)

    def elsewhere(*statements: Any) -> None:
        """Written by another connection; nothing of this process hears of it."""
        with hookdesk_app.app_context(), site().db.engine.begin() as connection:
            for statement in statements:
                connection.execute(statement)

    with clock.at(moment):
        assert sidebar(desk)["unanswered"] == "2"
        told = insert(TicketEvent).values(ticket_id=ticket.id, kind="answered", actor="Grace", created_at=moment)
        elsewhere(update(Ticket).where(Ticket.id == ticket.id).values(is_answered=True), told)
        assert sidebar(desk)["unanswered"] == "1"
        elsewhere(update(Ticket).values(is_answered=True))
        assert sidebar(desk)["unanswered"] == "1", "nothing says that something has happened"
    with clock.at(moment + timedelta(seconds=listing.COUNTS_HOLD)):
        assert sidebar(desk)["unanswered"] == "0", "but that is believed for a few seconds only"


@pytest.mark.parametrize(("most", "told"), [(3, ("3", "3")), (2, ("10k+", "1k+"))])
def test_numbers_are_exact_up_to_a_bound_and_say_when_they_are_not(
    desk: Client,
    make_ticket: MakeTicket,
    inside: Inside,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    told: tuple[str, str],
) -> None:
    for name in ("MOST_OPEN", "MOST_CLOSED"):
        monkeypatch.setattr(listing, name, most)
    for place in range(6):
        make_ticket(f"Number {place}")
    three = select(Ticket.id).order_by(Ticket.id).limit(3).scalar_subquery()
    done = select(Status.id).where(Status.state == "closed").limit(1).scalar_subquery()
    closed = update(Ticket).where(Ticket.id.in_(three)).values(state="closed", status_id=done, closed_at=clock.now())
    inside(lambda: transact(lambda session: session.execute(closed)))
    shown = sidebar(desk)
    assert (shown["unassigned"], shown["closed"]) == told


def test_numbers_that_are_rolled_back_are_not_kept(make_ticket: MakeTicket, inside: Inside) -> None:
    ticket = make_ticket()

    def unanswered() -> int:
        asked = {"": ("open", [Ticket.is_answered.is_(False)])}
        return listing.counts(system(), lambda: asked, kept_as="unanswered")[""]

    def tell(session: Session) -> None:
        session.add(TicketEvent(ticket_id=ticket.id, kind="answered", actor="Grace", created_at=clock.now()))

    def fail(session: Session) -> None:
        session.execute(update(Ticket).values(is_answered=True))
        tell(session)
        session.flush()
        assert unanswered() == 0
        raise LookupError

    with pytest.raises(LookupError):
        inside(lambda: transact(fail))
    inside(lambda: transact(tell))  # it gets the id of the event that is gone
    assert inside(unanswered) == 1
