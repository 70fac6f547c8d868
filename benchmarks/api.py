"""What a ticket costs that a program opens through the API."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from benchmarks.client import Client, Unexpected
from benchmarks.figures import CLIENTS, Figure, take
from benchmarks.stack import Stack, run

COUNT = 400
MANY = "1000000"
"""Calls a minute: what is measured is the work, not the limit."""


def api_create(stack: Stack) -> Figure:
    """A ticket as JSON from a known requester; the help topic's hook leads it to a department. Index and mail follow in the job worker."""
    words = ("api-key", "create", "--ip", "127.0.0.1", "--calls-per-minute", MANY, "--json")
    key = json.loads(run(stack.instance, *words))["key"]
    programs = [_program(Client(stack.port), key) for _ in range(CLIENTS + 1)]
    return take("api_create", stack.instance.tickets, stack.cpu_s, programs[0], programs[1:], count=COUNT)


def _program(client: Client, key: str) -> Callable[[int], None]:
    """Opens tickets."""

    def create(n: int) -> None:
        ticket = {
            "name": "Grace Hopper", "email": f"grace.{n % 50}@example.org", "subject": f"Measured ticket {n}", "topicId": 1,
            "message": "The display of my bike stays dark since this morning.\n\n" * 8,
        }  # fmt: skip
        answer = client.send("/api/tickets.json", json.dumps(ticket).encode(), "application/json", {"X-API-Key": key})
        if answer.status != 201:
            raise Unexpected(f"the ticket was answered with {answer.status}: {answer.body.decode()[:200]}")

    return create


def everything(stack: Stack) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Each measurement by name."""
    yield "api_create", lambda: api_create(stack)


NAMES = ("api_create",)
