"""Tasks: made, changed, closed; what follows for their tickets; and when their dates pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.plugins.tasks.conftest import fresh

from hookdesk.api import (
    Actor,
    ActorKind,
    Agent,
    Department,
    Event,
    Forbidden,
    InboundFile,
    NotFound,
    Status,
    ThreadEntry,
    Ticket,
    access_ticket,
    log,
    reading,
    release,
    site,
    system,
    tickets,
    transact,
)
from hookdesk.testing import Clock
from hookdesk_tasks import changing, closing, guard, making, overdue, talking
from hookdesk_tasks.guard import TaskView
from hookdesk_tasks.making import NewTask
from hookdesk_tasks.models import Entry, File, Task
from hookdesk_tasks.recording import TaskProblem
from hookdesk_tasks.talking import Written

pytestmark = [pytest.mark.plugins("tasks", "storage_fs"), pytest.mark.usefixtures("inside")]
MakeTask = Callable[..., TaskView]


def status(key: str) -> int:
    return reading().scalar(select(Status.id).where(Status.key == key)) or 0


def lines(view: TaskView) -> list[str]:
    release()
    asked = select(Entry.text).where(Entry.task_id == view.id, Entry.kind == "event").order_by(Entry.id)
    return list(reading().scalars(asked))


def test_a_task_has_a_number_of_its_own_and_lies_where_its_ticket_does(
    make_task: MakeTask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    ada, ticket = make_agent(), make_ticket()
    first, second = make_task(ticket_id=ticket.id, actor=ada), make_task("Call them", actor=ada)
    assert (first.number, second.number) == ("T-0001", "T-0002")
    assert (first.department_id, first.ticket_number) == (ticket.department_id, ticket.number)
    assert (second.ticket_id, second.creator) == (None, ada.name)
    with pytest.raises(TaskProblem, match="Say what is to be done"):
        making.make(ada, NewTask("  "))


def test_a_ticket_with_open_tasks_is_not_closed_and_says_which(
    make_task: MakeTask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    ada, ticket = make_agent(), make_ticket()
    task = make_task(ticket_id=ticket.id)
    with pytest.raises(Forbidden, match="T-0001 Order paper"):
        tickets.set_status(ada, ticket.id, status("closed"))
    requester = closing.objection(ticket.id, replace(ada, kind="requester"))  # type: ignore[arg-type]  # as a word
    assert requester is not None
    assert "paper" not in requester, "requesters are not told of tasks"
    closing.set_open(ada, task.id, is_open=False, comment="Came by post.")
    tickets.set_status(ada, ticket.id, status("closed"))
    with pytest.raises(TaskProblem, match="closed"):
        making.make(ada, NewTask("Too late", ticket_id=ticket.id))
    closing.set_open(ada, task.id, is_open=True)
    release()
    assert access_ticket(ada, ticket.id).state == "open", "a ticket is open if one of its tasks is"
    notes = select(ThreadEntry.text).where(ThreadEntry.ticket_id == ticket.id, ThreadEntry.kind == "note")
    assert list(reading().scalars(notes.order_by(ThreadEntry.id))) == [
        "Task T-0001 is done: Order paper\n\nCame by post.",
        "Task T-0001 is open again: Order paper",
    ]


def test_each_change_leaves_a_line(make_task: MakeTask, make_agent: Callable[..., Actor]) -> None:
    ada = make_agent()
    transact(lambda session: session.add(Department(name="Workshop")))
    workshop = reading().scalar(select(Department.id).where(Department.name == "Workshop"))
    task = make_task()
    changing.claim(ada, task.id)
    changing.set_words(ada, task.id, "Order thick paper", "A4")
    changing.transfer(system(), task.id, workshop or 0)
    changing.assign(system(), task.id, None, None)
    after = fresh(task.number)
    assert (after.title, after.department, after.assignee) == ("Order thick paper", "Workshop", None)
    assert lines(task) == ["assignee", "title", "description", "department", "assignee"]
    with pytest.raises(NotFound):
        changing.claim(ada, task.id)
    with pytest.raises(TaskProblem, match="does not work here"):
        changing.assign(system(), task.id, 999, None)


def test_a_date_that_passes_is_told_once(make_task: MakeTask, clock: Clock) -> None:
    task = make_task(due_at=clock.now + timedelta(hours=2))
    assert overdue.next_at() == clock.now + timedelta(hours=2)
    assert overdue.run() == 0
    clock.advance(hours=3)
    release()
    assert (overdue.run(), overdue.run()) == (1, 0)
    assert fresh(task.number).is_overdue
    assert overdue.next_at() is None
    changing.set_due(system(), task.id, clock.now + timedelta(days=1))
    assert not fresh(task.number).is_overdue
    clock.advance(days=2)
    closing.set_open(system(), task.id, is_open=False)
    release()
    assert overdue.run() == 0, "what is done is not late"
    assert lines(task) == ["overdue", "due", "state"]


def test_followers_are_told_only_where_the_author_wants_that(
    make_task: MakeTask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    ada = make_agent()
    make_ticket()  # Grace is known from then on
    task = make_task(actor=ada)
    assert talking.follow(ada, task.id, "grace@example.org") == "Grace Hopper"
    with pytest.raises(TaskProblem, match="Nobody of that address"):
        talking.follow(ada, task.id, "nobody@example.org")
    quiet = talking.write(ada, task.id, Written("update", "Ordered."))
    told = talking.write(ada, task.id, Written("update", "It is here.", tells=True))
    note = talking.write(ada, task.id, Written("note", "Too dear.", tells=True, is_open=False))
    release()
    rows = {row.id: row.told for row in reading().all(select(Entry.id, Entry.told).where(Entry.kind != "event"))}
    assert rows == {quiet: [], told: ["grace@example.org"], note: []}
    assert not fresh(task.number).is_open
    with pytest.raises(TaskProblem, match="Write something"):
        talking.write(ada, task.id, Written("note", " "))


@pytest.mark.plugins("tasks", "email_out")
def test_whom_it_concerns_gets_a_mail_once(
    make_task: MakeTask,
    make_ticket: Callable[..., Ticket],
    make_agent: Callable[..., Actor],
    run_jobs: Callable[..., int],
) -> None:
    from hookdesk_email_out.models import Mail

    ada, bob = make_agent(), make_agent("bob", "Bob")
    make_ticket()
    run_jobs("outbox")
    task = make_task(actor=ada, assignee_id=bob.agent_id)
    changing.claim(ada, task.id)  # nobody is told of their own doing
    talking.follow(ada, task.id, "grace@example.org")
    talking.write(ada, task.id, Written("update", "It is here.", tells=True))
    run_jobs("outbox")
    run_jobs("outbox")
    release()
    mails = reading().all(select(Mail.address, Mail.subject, Mail.text).where(Mail.template == "secret"))
    assert [(row.address, row.subject) for row in mails] == [("grace@example.org", "Order paper")]
    changing.assign(ada, task.id, bob.agent_id, None)
    run_jobs("outbox")
    release()
    told = reading().first(
        select(Mail.subject, Mail.text).where(Mail.address == "bob@helpdesk.example", Mail.template == "secret")
    )
    assert told is not None
    assert told.subject == "[T-0001] Order paper"
    assert "/agent/tasks/T-0001" in told.text


@pytest.mark.plugins("tasks", "email_out")
def test_an_alert_tells_no_subject_of_a_ticket_that_its_reader_does_not_see(
    make_task: MakeTask,
    make_ticket: Callable[..., Ticket],
    make_agent: Callable[..., Actor],
    hide: Callable[[int], None],
    run_jobs: Callable[..., int],
) -> None:
    from hookdesk_email_out.models import Mail

    bob, ticket = make_agent("bob", "Bob"), make_ticket(subject="A secret merger")
    hide(ticket.id)
    run_jobs("outbox")
    make_task(ticket_id=ticket.id, assignee_id=bob.agent_id)
    run_jobs("outbox")
    release()
    told = reading().scalar(select(Mail.text).where(Mail.address == "bob@helpdesk.example", Mail.template == "secret"))
    assert told is not None
    assert ticket.number in told
    assert "A secret merger" not in told


def test_a_deleted_task_goes_with_its_thread_and_its_ticket_says_so(
    make_task: MakeTask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    ada, ticket = make_agent(), make_ticket()
    task = make_task(ticket_id=ticket.id)
    with pytest.raises(Forbidden):
        closing.remove(ada, task.id)
    closing.remove(system(), task.id)
    with pytest.raises(NotFound):
        fresh(task.number)
    with pytest.raises(TaskProblem, match="deleted meanwhile"):
        transact(lambda session: closing.apply(session, ada, task.id, None, is_open=False))


@pytest.mark.plugins("tasks", "merge")
def test_tasks_go_along_with_a_merged_ticket_and_back(
    make_task: MakeTask, make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int]
) -> None:
    from hookdesk_merge import merging, undoing

    parent, child = make_ticket(), make_ticket(subject="The same again")
    own, brought = make_task(ticket_id=parent.id), make_task(ticket_id=child.id)
    (merge_id,) = merging.merge(system(), parent.id, [child.id])
    run_jobs("outbox")
    assert fresh(brought.number).ticket_id == parent.id
    told = closing.objection(parent.id, Actor(ActorKind.AGENT, "x"))
    assert told == "Close its tasks first: T-0001 Order paper; T-0002 Order paper"
    undoing.undo(system(), merge_id)
    run_jobs("outbox")
    assert (fresh(own.number).ticket_id, fresh(brought.number).ticket_id) == (parent.id, child.id)
    assert lines(brought) == ["ticket", "ticket"]


def test_a_task_goes_once_its_ticket_is_gone(
    make_task: MakeTask, make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int]
) -> None:
    ticket = make_ticket()
    bound, free = make_task(ticket_id=ticket.id), make_task()
    talking.write(system(), bound.id, Written("note", "x", (InboundFile("a.txt", "text/plain", b"a"),)))
    tickets.remove(system(), ticket.id)
    with pytest.raises(NotFound):
        fresh(bound.number)
    run_jobs("outbox")
    release()
    assert closing.follow_tickets() == 1
    release()
    assert list(reading().scalars(select(Task.id))) == [free.id]
    assert reading().scalar(select(File.id)) is None


def test_who_leaves_keeps_no_open_tasks(
    make_task: MakeTask, make_agent: Callable[..., Actor], run_jobs: Callable[..., int]
) -> None:
    bob = make_agent("bob", "Bob")
    task, done = (make_task(assignee_id=bob.agent_id) for _ in range(2))
    closing.set_open(system(), done.id, is_open=False)

    def leave(session):  # type: ignore[no-untyped-def]  # a Session
        session.get(Agent, bob.agent_id).is_active = False
        log.changed(session, system(), "agent", "Bob", {"is_active": (True, False)})

    transact(leave)
    run_jobs("outbox")
    assert (fresh(task.number).assignee, fresh(done.number).assignee) == (None, "Bob")
    assert lines(task) == ["assignee"]


def test_an_event_about_a_task_that_is_gone_tells_nobody(make_task: MakeTask) -> None:
    from hookdesk.api import clock
    from hookdesk_tasks import alerts
    from hookdesk_tasks.settings import Settings

    data = {"task_id": 99, "what": "overdue", "after": True, "agent_id": None}
    alerts.follow_up(Event("task_changed", "k", clock.now(), data), site().settings.get("tasks", Settings))
    assert guard.sees(system(), 99) is False
