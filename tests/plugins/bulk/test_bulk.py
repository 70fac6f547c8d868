"""Many tickets at once: each under the guard, with the reasons for those that stayed, and a way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select

from hookdesk.api import (
    Actor,
    BulkAction,
    NoSettings,
    Plugin,
    Priority,
    Status,
    ThreadEntry,
    Ticket,
    hookimpl,
    reading,
    tickets,
)
from hookdesk.testing.instances import Client, Clock
from hookdesk_bulk import actions, running, selection, services
from hookdesk_bulk.models import Item, Run
from hookdesk_bulk.selection import Chosen

pytestmark = pytest.mark.plugins("bulk", "storage_fs")
MakeTicket = Callable[..., Ticket]
Inside = Callable[..., Any]
Stored = Callable[[str], Any]


def bulk(client: Client, act: str, numbers: Sequence[str], **given: Any) -> Any:
    """Do something with the selected tickets, and be sure of it."""
    sent = {name.replace("__", "."): value for name, value in given.items()}
    return client.submit(
        "/agent/profile", {"act": act, "sure": "1", "selected": list(numbers), **sent}, to="/agent/bulk"
    )


@pytest.fixture
def keyed(inside: Inside) -> Callable[[Any, str], int]:
    """`keyed(Status, "closed")`: its id."""
    return lambda model, key: int(inside(lambda: reading().scalar(select(model.id).where(model.key == key))))


def test_many_tickets_are_changed_at_once_and_changed_back(
    desk: Client, ada: Actor, make_ticket: MakeTicket, stored: Stored, keyed: Callable[..., int]
) -> None:
    numbers = [make_ticket(f"ticket {place}").number for place in range(3)]
    page = bulk(desk, "claim", numbers[:2])
    assert "2 tickets changed." in page.get_data(as_text=True)
    assert [stored(number).assignee_id for number in numbers] == [ada.agent_id, ada.agent_id, None]
    undo = LexborHTMLParser(page.data).css_first("#toasts form").attributes["action"]
    assert "2 tickets changed." in desk.submit("/agent/profile", to=undo or "").get_data(as_text=True)
    assert [stored(number).assignee_id for number in numbers] == [None, None, None]
    assert "nothing to undo" in desk.submit("/agent/profile", to=undo or "").get_data(as_text=True)
    bulk(desk, "priority", numbers[1:], priority__to=keyed(Priority, "emergency"))
    assert [stored(number).priority_rank == 10 for number in numbers] == [False, True, True]
    bulk(desk, "status", numbers, status__to=keyed(Status, "closed"))
    assert {stored(number).state for number in numbers} == {"closed"}


def test_an_action_asks_for_what_it_needs_first(desk: Client, make_ticket: MakeTicket, stored: Stored) -> None:
    """Without JavaScript that is a page; a dialog takes the same form out of it."""
    number = make_ticket().number
    asked = desk.submit("/agent/profile", {"act": "status", "selected": number}, to="/agent/bulk")
    tree = LexborHTMLParser(asked.data)
    labels = [button.text() for button in tree.css(".bulk-choices button")]
    assert "Closed" in labels
    assert tree.css_first('input[name="selected"]').attributes["value"] == number
    assert stored(number).state == "open"
    part = desk.submit("/agent/profile", {"act": "note", "selected": number, "part": "1"}, to="/agent/bulk")
    assert "<html" not in part.get_data(as_text=True)
    assert "<textarea" in part.get_data(as_text=True)


def test_what_could_not_be_changed_is_listed_and_the_rest_is_done(
    desk: Client,
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    make_department: Callable[[str], int],
    inside: Inside,
    stored: Stored,
    keyed: Callable[..., int],
) -> None:
    good, moved = make_ticket("good"), make_ticket("moved")
    boss, billing = make_agent("boss", is_admin=True), make_department("Billing")
    inside(lambda: tickets.transfer(boss, moved.id, billing))
    response = bulk(desk, "priority", [good.number, moved.number, "99999"], priority__to=keyed(Priority, "high"))
    text = LexborHTMLParser(response.data).css_first("main").text()
    assert "1 ticket was changed; 2 stayed as they were." in text
    assert moved.number in text
    assert "99999" in text
    assert good.number not in text
    assert (stored(good.number).priority_rank, stored(moved.number).priority_rank) == (20, 30)


def test_who_lacks_a_permission_is_told_for_each_ticket(
    desk: Client, ada: Actor, give_role: Callable[..., Actor], make_ticket: MakeTicket, stored: Stored, keyed: Any
) -> None:
    give_role(ada, "ticket.reply")
    numbers = [make_ticket("one").number, make_ticket("two").number]
    response = bulk(desk, "status", numbers, status__to=keyed(Status, "closed"))
    assert len(LexborHTMLParser(response.data).css("tbody tr")) == 2
    assert {stored(number).state for number in numbers} == {"open"}
    assert "Nothing was changed" in bulk(desk, "transfer", numbers, transfer__to="1").get_data(as_text=True)


def test_an_incomplete_choice_changes_nothing(desk: Client, inside: Inside) -> None:
    for given in (
        {},
        {"act": "claim"},
        {"act": "status", "sure": "1", "selected": ["10000"], "status.to": "nonsense"},
        {"act": "nonsense", "selected": ["10000"]},
        {"act": "claim", "selected": [str(place) for place in range(selection.MOST_TICKED + 1)]},
    ):
        text = desk.submit("/agent/profile", given, to="/agent/bulk").get_data(as_text=True)
        assert "Nothing was changed" in text or "Choose one of the list." in text
    assert inside(lambda: reading().scalar(select(func.count()).select_from(Run))) == 0


def test_all_of_a_list_are_changed_by_the_job_with_progress(
    desk: Client, ada: Actor, make_ticket: MakeTicket, inside: Inside, run_jobs: Callable[..., int], monkeypatch: Any
) -> None:
    """More than a few tickets are not waited for; who began it sees how far it is, and nobody else does."""
    monkeypatch.setattr(running, "AT_ONCE", 1)
    numbers = [make_ticket(f"ticket {place}").number for place in range(3)]
    asked = desk.submit("/agent/profile", {"act": "claim", "queue": "unassigned", "whole": "1"}, to="/agent/bulk")
    assert "3 tickets" in asked.get_data(as_text=True)
    page = desk.submit(
        "/agent/profile", {"act": "claim", "queue": "unassigned", "whole": "1", "sure": "1"}, to="/agent/bulk"
    )
    tree = LexborHTMLParser(page.data)
    assert "0 of 3 tickets" in tree.css_first("main").text()
    address = tree.css_first("[hx-get]").attributes["hx-get"] or ""
    run_jobs("bulk.run")
    after = LexborHTMLParser(desk.get(address).data)
    assert "3 tickets were changed" in after.text()
    assert after.css_first("[hx-get]") is None
    assert inside(lambda: reading().scalar(select(func.count()).where(Ticket.assignee_id == ada.agent_id))) == len(
        numbers
    )


def chosen(numbers: Sequence[Ticket]) -> list[Chosen]:
    """Tickets as a selection."""
    return [Chosen(ticket.number, ticket.id) for ticket in numbers]


def order(name: str, **values: Any) -> services.Order:
    """An action with its values."""
    return services.Order(actions.known()[name].action, values, name, "/agent/")


def test_the_job_leaves_a_small_run_to_its_request_unless_that_died(
    ada: Actor,
    make_ticket: MakeTicket,
    inside: Inside,
    run_jobs: Callable[..., int],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticket = make_ticket()
    advance = running.advance
    monkeypatch.setattr(running, "advance", lambda run_id, actor: 0)  # the request is about to begin
    run_id = inside(lambda: services.begin(ada, order("note", text="Look here"), chosen([ticket])))
    monkeypatch.setattr(running, "advance", advance)
    run_jobs("bulk.run")
    assert inside(lambda: services.own(ada, run_id)).state == "running"
    clock.advance(minutes=3)
    run_jobs("bulk.run")
    assert inside(lambda: services.own(ada, run_id)).state == "done"


def test_a_run_that_is_cancelled_stops_after_its_slice(
    ada: Actor, make_ticket: MakeTicket, inside: Inside, run_jobs: Callable[..., int], monkeypatch: Any
) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 0)
    monkeypatch.setattr(running, "SLICE", 1)
    made = [make_ticket(f"ticket {place}") for place in range(3)]

    def work() -> Run | None:
        run_id = services.begin(ada, order("claim"), chosen(made))
        running.advance(run_id, ada)
        services.cancel(ada, run_id)
        return services.own(ada, run_id)

    run = inside(work)
    run_jobs("bulk.run")
    assert (run.state, run.changed, run.total) == ("cancelled", 1, 3)
    assert inside(lambda: services.can_undo(run))
    assert inside(lambda: reading().scalar(select(func.count()).where(Ticket.assignee_id.is_not(None)))) == 1


def test_undo_leaves_alone_what_somebody_changed_again(
    ada: Actor, make_agent: Callable[..., Actor], make_ticket: MakeTicket, inside: Inside, keyed: Any
) -> None:
    """Every change of the box goes back to how it was, unless another one came after it."""
    bob = make_agent("bob", "Bob")
    first, second = make_ticket("one"), make_ticket("two")

    def work() -> Any:
        run_id = services.begin(ada, order("claim"), chosen([first, second]))
        tickets.assign(bob, second.id, bob.agent_id)
        back = services.undo(ada, run_id)
        assert back is not None
        assert services.undo(ada, back) is None
        return services.own(ada, back), services.failures(back)

    run, failures = inside(work)
    assert (run.changed, run.failed) == (1, 1)
    assert [(item.number, item.reason) for item in failures] == [(second.number, "It has been changed again since.")]


def test_each_action_of_the_box_can_be_undone(
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    make_department: Callable[[str], int],
    inside: Inside,
    stored: Stored,
    keyed: Any,
) -> None:
    boss, ticket = make_agent("boss", is_admin=True), make_ticket()
    billing = make_department("Billing")
    values = {
        "assign": boss.agent_id, "status": keyed(Status, "closed"), "priority": keyed(Priority, "high"), "transfer": billing,
        "refer": f"department:{billing}", "answered": 1,
    }  # fmt: skip
    watched = ("assignee_id", "team_id", "status_id", "priority_id", "department_id", "is_answered")
    before = stored(ticket.number)

    def work(name: str, to: Any) -> tuple[Run | None, Run | None]:
        run_id = services.begin(boss, order(name, to=to), chosen([ticket]))
        back = services.undo(boss, run_id)
        return services.own(boss, run_id), services.own(boss, back or 0)

    for name, to in values.items():
        run, back = inside(lambda name=name, to=to: work(name, to))
        assert (run.changed, run.failed, back.changed) == (1, 0, 1), name
        after = stored(ticket.number)
        assert [getattr(after, one) for one in watched] == [getattr(before, one) for one in watched], name
    assert inside(lambda: work("team", 0))[1] is None  # it had no team, so there is nothing to undo


def test_a_note_goes_to_each_and_deleting_needs_its_permission(
    ada: Actor, make_agent: Callable[..., Actor], make_ticket: MakeTicket, inside: Inside
) -> None:
    boss, made = make_agent("boss", is_admin=True), [make_ticket("one"), make_ticket("two")]

    def work() -> tuple[int, int, Any, Any]:
        services.begin(ada, order("note", text="All of them are one outage."), chosen(made))
        notes = select(func.count()).where(ThreadEntry.kind == "note")
        noted = reading().scalar(notes)
        refused = services.own(ada, services.begin(ada, order("delete"), chosen(made[:1])))
        deleted = services.begin(boss, order("delete"), chosen(made))
        binned = reading().scalar(select(func.count()).where(Ticket.state == "deleted"))
        services.undo(boss, deleted)
        return (
            noted,
            refused.failed if refused else 0,
            binned,
            reading().scalar(select(func.count()).where(Ticket.state == "open")),
        )

    assert inside(work) == (2, 1, 2, 2)


class Odd(Plugin[NoSettings]):
    """Odd

    Brings actions that fail, and one for all at once.
    """

    @hookimpl
    def bulk_actions(self) -> Sequence[BulkAction]:
        """One that raises, one that takes all together."""

        def fail(actor: Actor, ticket: Any, values: Any) -> None:
            raise RuntimeError("broken")

        return [
            BulkAction("fails", "Fails", fail),
            BulkAction("together", "Together", fail, together=lambda actor, found, values: {"of": len(found)}),
        ]


def test_an_action_that_breaks_is_its_plugins_error(
    ada: Actor, make_ticket: MakeTicket, inside: Inside, monkeypatch: Any
) -> None:
    odd = {one.name: actions.Offered(one, "odd") for one in Odd.bulk_actions(Odd.__new__(Odd))}
    monkeypatch.setattr(actions, "known", lambda: odd)
    made = [make_ticket("one"), make_ticket("two")]

    def work() -> tuple[Any, list[Any]]:
        broken = services.begin(ada, order("fails"), chosen(made))
        whole = services.begin(ada, order("together"), [*chosen(made), Chosen("0", None)])
        kept = select(Item.kept, Item.state).where(Item.run_id == whole).order_by(Item.place)
        return services.failures(broken), [tuple(row) for row in reading().all(kept)]

    failures, kept = inside(work)
    assert len(failures) == 2
    assert "noted for the administrators" in failures[0].reason
    assert kept == [({"of": 2}, "changed"), (None, "changed"), (None, "failed")]


def test_what_was_done_before_the_process_died_is_not_done_again(
    ada: Actor, make_ticket: MakeTicket, inside: Inside, monkeypatch: Any
) -> None:
    done: list[str] = []

    def act(actor: Actor, ticket: Any, values: Any) -> None:
        if ticket.number == last.number and len(done) == 2:
            done.append("died")
            raise KeyboardInterrupt
        done.append(ticket.subject)

    monkeypatch.setattr(actions, "known", lambda: {"act": actions.Offered(BulkAction("act", "Act", act), "odd")})
    made = [make_ticket("one"), make_ticket("two"), make_ticket("three")]
    last = made[-1]
    with pytest.raises(KeyboardInterrupt):
        inside(lambda: services.begin(ada, order("act"), chosen(made)))
    run_id = inside(lambda: reading().scalar(select(Run.id)))
    inside(lambda: running.advance(run_id, ada))
    assert done == ["one", "two", "died", "three"]


def test_ones_own_changes_are_listed(desk: Client, make_ticket: MakeTicket, make_agent: Callable[..., Actor]) -> None:
    bulk(desk, "claim", [make_ticket("one").number])
    told = LexborHTMLParser(desk.get("/agent/bulk").data).css_first("main tbody tr")
    assert "1 of 1" in told.text()
    assert desk.get(told.css_first("a").attributes["href"] or "").status_code == 200
    desk.sign_in(make_agent("grace", "Grace Hopper"))
    assert "No changes yet" in desk.get("/agent/bulk").get_data(as_text=True)


def test_runs_of_others_are_nobodys_business_and_are_forgotten(
    desk: Client, ada: Actor, make_agent: Callable[..., Actor], make_ticket: MakeTicket, inside: Inside, clock: Any
) -> None:
    bob, ticket = make_agent("bob", "Bob"), make_ticket()
    run_id = inside(lambda: services.begin(bob, order("claim"), chosen([ticket])))
    assert desk.get(f"/agent/bulk/{run_id}").status_code == 404
    assert desk.submit("/agent/profile", to=f"/agent/bulk/{run_id}/undo").status_code == 404
    clock.advance(days=8)
    inside(services.forget_old)
    assert inside(lambda: services.own(bob, run_id)) is None
