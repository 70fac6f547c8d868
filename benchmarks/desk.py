"""What the desk's other lists cost: a queue that somebody built, narrowed by its menu; tasks; articles while somebody types."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from random import Random
from urllib.parse import urlencode

from sqlalchemy import func, insert, select

from benchmarks.client import Client
from benchmarks.figures import Figure, take
from benchmarks.instances import Instance
from benchmarks.stack import Stack, running
from hookdesk.api import Agent, Department, Priority, clock, reading, release, system, transact
from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk_kb import categories
from hookdesk_kb import services as kb
from hookdesk_queues import services as queues
from hookdesk_queues.models import Queue
from hookdesk_queues.values import Values
from hookdesk_tasks.models import Task

NAMES = ("custom_queue", "quick_filter", "tasks", "kb_insert", "kb_answers")
TASKS, ARTICLES, COUNT = 10_000, 200, 100
WORDS = (
    "order invoice bike delivery payment wheel brake light battery return refund account password parcel tyre".split()
)


def measure(instance: Instance, wanted: Collection[str]) -> Iterator[Figure]:
    """The figures, on an instance whose changes are thrown away."""
    if not set(wanted) & set(NAMES):
        return
    key, priority = _filled(instance)
    paths: dict[str, Callable[[int], str]] = {
        "custom_queue": lambda _: f"/agent/queues/{key}",
        "quick_filter": lambda _: f"/agent/queues/{key}?" + urlencode({"pick": priority}),
        "tasks": lambda _: "/agent/tasks",
        "kb_insert": lambda n: "/agent/kb/insert?" + urlencode({"q": WORDS[n % len(WORDS)]}),
        "kb_answers": lambda n: "/help/answers?" + urlencode({"q": f"My {WORDS[n % len(WORDS)]} has not come yet"}),
    }
    with running(instance) as stack:
        agent, visitor = stack.agent(), Client(stack.port)
        for name, path in paths.items():
            if name in wanted:
                stack.settle()
                yield _taken(name, stack, visitor if name == "kb_answers" else agent, path)


def _taken(name: str, stack: Stack, client: Client, path: Callable[[int], str]) -> Figure:
    """One page, again and again."""

    def get(n: int) -> None:
        client.page(path(n))

    return take(name, stack.instance.tickets, stack.cpu_s, get, (), count=COUNT)


def _filled(instance: Instance) -> tuple[str, str]:
    """Add a queue, tasks and articles; the queue's key, and a priority to narrow it by."""
    app = create_app(load(instance.folder, {**os.environ, **instance.environment}))
    with app.app_context():
        priorities = list(reading().scalars(select(Priority.id).order_by(Priority.id)))
        queue_id = queues.save(system("benchmarks"), _queue(priorities))
        transact(lambda session: session.execute(insert(Task), _tasks()))
        _articles()
        release()
        return f"queue-{queue_id}", str(priorities[0])


def _queue(priorities: list[int]) -> Values:
    """A queue below that of the open tickets, by what no index answers, with columns and looks of its own."""
    about = {"field": "subject", "operator": "contains_any", "value": ["order", "invoice"]}
    recent = {"field": "created", "operator": "in_last", "value": "90d"}
    style = {"version": 1, "mode": "all", "parts": [{"field": "priority", "operator": "in", "value": priorities[:2]}]}
    columns = ("number", "subject", "requester", "department", "organization", "priority", "due", "created")
    return Values(
        "Orders and invoices", reading().scalar(select(Queue.id).where(Queue.key == "open")), state="open",
        inherits=("conditions",), conditions={"version": 1, "mode": "all", "parts": [about, recent]},
        columns=tuple({"name": name, "label": "", "width": ""} for name in columns),
        styles=({"target": "", "look": "danger", "conditions": style},), quick="priority",
    )  # fmt: skip


def _tasks() -> list[dict[str, object]]:
    """Rows of tasks, every tenth of them open."""
    chance, now = Random(0), clock.now()
    department = reading().scalar(select(func.min(Department.id)))
    agents = list(reading().scalars(select(Agent.id)))
    return [
        {
            "number": f"B{number}", "title": f"Call the carrier about parcel {number}", "department_id": department,
            "assignee_id": chance.choice(agents), "state": "closed" if number % 10 else "open",
            "due_at": now + timedelta(hours=chance.randrange(-100, 500)), "created_at": now - timedelta(hours=number),
            "updated_at": now - timedelta(hours=number),
        }
        for number in range(TASKS)
    ]  # fmt: skip


def _articles() -> None:
    """Published articles of some hundred words each."""
    chance = Random(0)
    place = categories.save(system("benchmarks"), categories.Values("Answers"))
    for number in range(ARTICLES):
        text = " ".join(chance.choices(WORDS, k=150))
        words = kb.Words(f"What to do about a {chance.choice(WORDS)} ({number})", f"<p>{text}</p>", text[:100])
        kb.save(system("benchmarks"), None, "en", kb.Details(place, "published"), words)
