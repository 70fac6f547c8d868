"""What tickets have of tasks: columns, conditions, checklists of filters and topics; and what becomes of people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from tests.plugins.tasks.conftest import fresh

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    Agent,
    Comparison,
    Group,
    Mode,
    Operator,
    Role,
    Ticket,
    User,
    criteria,
    directory,
    reading,
    release,
    system,
    transact,
)
from hookdesk_tasks import beside, checklists, closing, conditions, guard, persons, talking
from hookdesk_tasks.checklists import Line
from hookdesk_tasks.guard import TaskView
from hookdesk_tasks.models import Entry, Task
from hookdesk_tasks.talking import Written

pytestmark = [pytest.mark.plugins("tasks"), pytest.mark.usefixtures("inside")]
MakeTask = Callable[..., TaskView]


def made(ticket: Ticket) -> list[str]:
    release()
    return list(reading().scalars(select(Task.title).where(Task.ticket_id == ticket.id).order_by(Task.id)))


def test_conditions_and_columns_know_tasks(make_task: MakeTask, make_ticket: Callable[..., Ticket]) -> None:
    """Every field and every operator, on tickets with no task, a done one, an open and a done one."""
    tickets = [make_ticket(subject=f"Ticket {place}") for place in range(3)]
    for ticket in tickets[1:]:
        closing.set_open(system(), make_task(ticket_id=ticket.id).id, is_open=False)
    make_task("Second", ticket_id=tickets[2].id)
    release()
    fields = {field.name: field for field in conditions.fields()}
    stored = criteria.stored_values([ticket.id for ticket in tickets], fields)
    assert [stored[ticket.id]["tasks"] for ticket in tickets] == [0, 1, 2]
    for name, field in fields.items():
        for operator in criteria.OPERATORS[field.type]:
            values = [None] if operator in criteria.ALONE else [True, False] if name == "open_tasks" else [0, 1, 2]
            for value in [(0, 2)] if operator in criteria.LISTED else values:
                group = Group(Mode.ALL, (Comparison(name, operator, value),))
                expected = {ticket.id for ticket in tickets if criteria.matches(group, stored[ticket.id])}
                found = set(reading().scalars(select(Ticket.id).where(criteria.where(group, fields))))
                assert found == expected, (name, operator, value)
    column = conditions.columns()[0]
    assert column.words is not None
    assert column.words(tickets) == {tickets[2].id: "1 of 2 tasks done"}


@pytest.mark.plugins("tasks", "filters", "topics")
def test_filters_and_topics_give_checklists_once(
    make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor], run_jobs: Callable[..., int]
) -> None:
    from hookdesk_filters import services as filters
    from hookdesk_filters.rules import RuleValues

    bob = make_agent("bob", "Bob").agent_id
    returned = checklists.save(system(), "Return", [Line("Label", department_id=99), Line("Refund", assignee_id=bob)])
    transact(lambda session: session.execute(update(Agent).values(on_vacation=True)))
    wrapped = checklists.save(system(), "Wrap", [Line("Paper")])
    fires = criteria.dump(Group(Mode.ALL, (Comparison("subject", Operator.CONTAINS, "return"),)))
    filters.save(system(), RuleValues("Returns", fires, ({"do": "checklist", "with": {"checklist": returned}},)))
    checklists.set_topic(system(), "topics:1", "Something", [wrapped])
    ticket = make_ticket(subject="A return", topic="topics:1")
    run_jobs("outbox")
    assert sorted(made(ticket)) == ["Label", "Paper", "Refund"], "also where whom it names is gone"
    key = "the same event again"
    checklists.give_quietly(ticket.id, wrapped, key)
    checklists.give_quietly(ticket.id, wrapped, key)
    assert made(ticket).count("Paper") == 2
    checklists.remove(system(), wrapped)
    release()
    checklists.give_quietly(ticket.id, wrapped, "another")
    assert made(ticket).count("Paper") == 2


def test_what_a_checklist_names_and_where_tasks_are_found(
    make_task: MakeTask, make_agent: Callable[..., Actor], hookdesk_app: Flask
) -> None:
    ada = make_agent()
    listed = checklists.save(
        system(), "Return", [Line("Label", department_id=1), Line("Refund", assignee_id=ada.agent_id)]
    )
    assert checklists.using("department:1") == checklists.using(f"agent:{ada.agent_id}") == [(listed, "Return")]
    assert checklists.using("team:1") == checklists.using("topics:1") == []
    done = make_task("Order paper")
    closing.set_open(system(), done.id, is_open=False)
    make_task("Order thick paper")
    with hookdesk_app.test_request_context():
        assert [item.label for item in beside.found(ada, "PAPER order")] == ["Order thick paper", "Order paper"]
        assert [item.label for item in beside.found(ada, "#t-0001")] == ["Order paper"]
        assert beside.found(ada, "@order") == beside.found(ANONYMOUS, "order") == []


def test_new_sites_let_those_do_with_tasks_what_they_do_with_tickets() -> None:
    """At first: what an administrator takes away is not given again."""

    def held(name: str) -> set[str]:
        release()
        return set(reading().scalar(select(Role.permissions).where(Role.name == name)) or ())

    assert set(guard.LIKE) - held("Agent") == {"task.delete"}
    assert set(guard.LIKE) & held("View and note") == set()
    role_id = reading().scalar(select(Role.id).where(Role.name == "Agent"))
    directory.save_role(system(), role_id, directory.RoleData("Agent", tuple(held("Agent") - {"task.reply"})))
    directory.extend_roles(system(), guard.LIKE)
    assert "task.reply" not in held("Agent")


def test_people_are_told_handed_on_and_forgotten(
    make_task: MakeTask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    ada = make_agent()
    make_ticket()
    make_ticket(email="bo@example.org", name="Bo")
    task = make_task(actor=ada)
    talking.follow(ada, task.id, "grace@example.org")
    talking.write(ada, task.id, Written("update", "Here.", tells=True))
    release()
    ids = {row.name: row.id for row in reading().all(select(User.name, User.id))}
    assert persons.records(ids["Grace Hopper"]) == [{"task": task.number, "title": task.title}]
    persons.merged(ids["Bo"], ids["Grace Hopper"])
    release()
    assert [row.name for row in talking.followers(task.id)] == ["Bo"]
    persons.forget(ids["Bo"], ["grace@example.org"])
    persons.forget(ada.user_id or 0, [])
    release()
    assert talking.followers(task.id) == []
    row = reading().first(select(Entry.author, Entry.told).where(Entry.kind == "update"))
    assert row is not None
    assert (row.author, row.told) == ("", [])
    assert fresh(task.number).title == "Order paper"
