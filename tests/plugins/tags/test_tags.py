"""Tags on tickets: put on by agents, by filters, by many at once; and what conditions say of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    Comparison,
    Forbidden,
    Group,
    InboundMessage,
    Mode,
    NotFound,
    Operator,
    Role,
    Ticket,
    TicketDraft,
    TicketEvent,
    access_ticket,
    criteria,
    reading,
    release,
    system,
)
from hookdesk_tags import catalogue, lists, rules, services

pytestmark = pytest.mark.plugins("tags")


@pytest.fixture
def inside(hookdesk_app: Flask) -> Iterator[None]:
    """An application context."""
    with hookdesk_app.app_context():
        yield


def on(ticket: Ticket) -> list[str]:
    release()
    return [one.name for one in catalogue.of_tickets([ticket.id]).get(ticket.id, [])]


@pytest.mark.usefixtures("inside")
def test_tags_are_put_on_and_taken_off_and_the_log_says_so(
    make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    ada, ticket = make_agent(), make_ticket()
    services.add(ada, ticket.id, ["VIP", " printer", "vip", ""])
    assert on(ticket) == ["printer", "VIP"]
    assert services.add(ada, ticket.id, ["Vip"]) == []
    vip = next(one.id for one in catalogue.everything().values() if one.key == "vip")
    assert services.take(ada, ticket.id, [vip]) == [vip]
    assert on(ticket) == ["printer"]
    told = select(TicketEvent.data).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "field:tags")
    assert [data["after"] for data in reading().scalars(told.order_by(TicketEvent.id))] == ["printer, VIP", "printer"]


@pytest.mark.usefixtures("inside")
def test_who_may_not_make_tags_can_use_those_that_are_there(
    make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    ada, ticket = make_agent(), make_ticket()
    held = {place: names - {services.CREATE} for place, names in ada.departments.items()}
    bob = replace(ada, departments=held)
    with pytest.raises(Forbidden, match="no tag “new”"):
        services.add(bob, ticket.id, ["new"])
    services.add(ada, ticket.id, ["old"])
    other = make_ticket(subject="Another")
    services.add(bob, other.id, ["old"])
    assert on(other) == ["old"]
    stranger = replace(ada, departments={}, permissions=frozenset(), agent_id=999)
    with pytest.raises(NotFound):
        services.add(stranger, ticket.id, ["old"])
    with pytest.raises(services.TagProblem, match="at most 40 characters"):
        services.add(ada, ticket.id, ["x" * 41])


@pytest.mark.usefixtures("inside")
def test_new_sites_let_those_make_tags_who_sort_tickets() -> None:
    held = {row.name: row.permissions for row in reading().all(select(Role.name, Role.permissions))}
    assert services.CREATE in held["Agent"]
    assert services.CREATE not in held["View and note"]


@pytest.mark.usefixtures("inside")
def test_two_tags_become_one(make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]) -> None:
    ada, first, second = make_agent(), make_ticket(), make_ticket(subject="Another")
    services.add(ada, first.id, ["bill", "invoice"])
    services.add(ada, second.id, ["bill"])
    ids = {one.name: one.id for one in catalogue.everything().values()}
    with pytest.raises(services.TagProblem, match="already"):
        services.save(system(), "Invoice", 1, ids["bill"])
    assert services.merge(system(), ids["bill"], ids["invoice"]) == "invoice"
    assert (on(first), on(second)) == (["invoice"], ["invoice"])
    services.save(system(), "Invoices", 3, ids["invoice"])
    assert on(first) == ["Invoices"]
    services.remove(system(), ids["invoice"])
    assert on(first) == []
    assert services.save(system(), "fresh", 0) > max(ids.values()), "rules keep ids, so none is given out twice"


@pytest.mark.usefixtures("inside")
def test_conditions_say_the_same_of_drafts_and_of_stored_tickets(make_ticket: Callable[..., Ticket]) -> None:
    """Every operator, for none, one and two tags."""
    tags = [services.save(system(), name, 0) for name in ("a", "b", "c")]
    made = [make_ticket(subject=f"{count} tags") for count in range(3)]
    for count, ticket in enumerate(made):
        services.put(system(), ticket.id, tags[:count])
    release()
    fields = {"tag": rules.field()}
    stored = criteria.stored_values([ticket.id for ticket in made], fields)
    action = rules.action()
    for count, ticket in enumerate(made):
        draft = TicketDraft(InboundMessage("", ""), "", None, "")
        for tag_id in [*tags[:count], *tags[:count]]:
            draft = action.apply(draft, {"tag": tag_id})
        values = criteria.DraftValues(draft, fields)
        assert set(values["tag"]) == set(stored[ticket.id]["tag"])
        for operator in criteria.OPERATORS[fields["tag"].type]:
            operands = [None] if operator in criteria.ALONE else tags
            for value in [tuple(tags[1:])] if operator in criteria.LISTED else operands:
                group = Group(Mode.ALL, (Comparison("tag", operator, value),))
                found = reading().scalar(select(Ticket.id).where(Ticket.id == ticket.id, criteria.where(group, fields)))
                assert criteria.matches(group, values) == (found is not None), (operator, value, count)
    assert [label for _id, label in rules.choices()] == ["a", "b", "c"]


@pytest.mark.plugins("tags", "filters")
@pytest.mark.usefixtures("inside")
def test_a_filter_puts_a_tag_on_a_new_ticket_and_the_next_one_sees_it(make_ticket: Callable[..., Ticket]) -> None:
    from hookdesk_filters import services as filters
    from hookdesk_filters.rules import RuleValues

    fire, urgent = (services.save(system(), name, 0) for name in ("fire", "urgent"))
    burning = criteria.dump(Group(Mode.ALL, (Comparison("subject", Operator.CONTAINS, "fire"),)))
    tagged = criteria.dump(Group(Mode.ALL, (Comparison("tag", Operator.IS, fire),)))
    filters.save(system(), RuleValues("Fires", burning, ({"do": "tag", "with": {"tag": fire}},)))
    filters.save(system(), RuleValues("Urgent", tagged, ({"do": "tag", "with": {"tag": urgent}},)))
    assert on(make_ticket(subject="Printer on fire")) == ["fire", "urgent"]
    assert on(make_ticket(subject="Printer is cold")) == []
    services.remove(system(), fire)
    release()
    assert on(make_ticket(subject="Another fire")) == [], "a rule that names what is gone is skipped"


@pytest.mark.plugins("tags", "merge")
@pytest.mark.usefixtures("inside")
def test_tags_go_along_with_a_merged_ticket_and_back(
    make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int]
) -> None:
    from hookdesk_merge import merging, undoing

    ada, parent, child = make_agent(), make_ticket(), make_ticket(subject="The same again")
    services.add(ada, parent.id, ["printer", "seen"])
    services.add(ada, child.id, ["printer", "VIP"])
    (merge_id,) = merging.merge(system(), parent.id, [child.id])
    run_jobs("outbox")
    assert on(parent) == ["printer", "seen", "VIP"]
    services.add(ada, parent.id, ["later"])
    undoing.undo(system(), merge_id)
    run_jobs("outbox")
    assert on(parent) == ["later", "printer", "seen"], "what both had stays, and what came later"
    assert on(child) == ["printer", "VIP"]


@pytest.mark.plugins("tags", "merge")
@pytest.mark.usefixtures("inside")
def test_a_tag_stays_while_another_merged_ticket_has_it(
    make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int]
) -> None:
    from hookdesk_merge import merging, undoing

    ada, parent, first, second = make_agent(), make_ticket(), make_ticket(), make_ticket()
    for ticket in (first, second):
        services.add(ada, ticket.id, ["VIP"])
    made = merging.merge(system(), parent.id, [first.id, second.id])
    run_jobs("outbox")
    for merge_id, left in zip(made, (["VIP"], []), strict=True):
        undoing.undo(system(), merge_id)
        run_jobs("outbox")
        assert on(parent) == left


@pytest.mark.plugins("tags", "search")
@pytest.mark.usefixtures("inside")
def test_agents_find_tickets_by_their_tags(
    make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int]
) -> None:
    from hookdesk_search.models import Document

    ada, ticket = make_agent(), make_ticket()
    run_jobs()
    services.add(ada, ticket.id, ["waiting for vendor"])
    run_jobs()
    release()
    assert lists.names([ticket.id]) == {ticket.id: "waiting for vendor"}
    found = reading().first(select(Document.notes, Document.public).where(Document.ticket_id == ticket.id))
    assert found is not None
    assert "vendor" in found.notes, "agents find it by that"
    assert "vendor" not in found.public, "requesters do not"


@pytest.mark.plugins("tags", "search")
@pytest.mark.usefixtures("inside")
def test_tickets_are_found_by_what_a_tag_is_called_now(
    make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renamed, merged or deleted: search learns it, some tickets at a time."""
    monkeypatch.setattr("hookdesk_tags.telling.BATCH", 2)
    from hookdesk_search.models import Document

    def found(word: str) -> int:
        run_jobs("tags.tell", "outbox")
        release()
        return len(reading().all(select(Document.ticket_id).where(Document.notes.contains(word))))

    old, other = services.save(system(), "basalt", 1), services.save(system(), "granite", 1)
    for _place in range(3):
        services.put(system(), make_ticket().id, [old])
    assert found("basalt") == 3
    services.save(system(), "obsidian", 1, old)
    assert (found("obsidian"), found("basalt")) == (3, 0)
    services.save(system(), "obsidian", 2, old)
    assert not run_jobs("tags.tell"), "a colour is no word"
    services.merge(system(), old, other)
    assert (found("granite"), found("obsidian")) == (3, 0)
    services.remove(system(), other)
    assert found("granite") == 0


@pytest.mark.usefixtures("inside")
def test_many_at_once_and_back(make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]) -> None:
    ada, ticket = make_agent(), make_ticket()
    tag_id = services.save(system(), "bulk", 2)
    add, remove = lists.actions()
    view = access_ticket(ada, ticket.id)
    kept = add.apply(ada, view, {"tag": str(tag_id)})
    assert add.apply(ada, view, {"tag": str(tag_id)}) == {"tags": []}, "what it had already, undoing does not take away"
    assert add.undo is not None
    assert kept is not None
    assert lists.words([ticket]) == {ticket.id: "bulk"}
    add.undo(ada, view, kept)
    assert on(ticket) == []
    assert remove.apply(ada, view, {"tag": str(tag_id)}) == {"tags": []}
