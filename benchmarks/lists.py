"""What it costs to change many tickets at once, and to put what was found in the order of how well it fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from time import sleep
from urllib.parse import urlencode

from sqlalchemy import text

from benchmarks.client import Client, Unexpected, token
from benchmarks.figures import Figure, take
from benchmarks.pages import COMMON
from benchmarks.stack import Stack

NAMES = ("bulk_500", "search_best")
MANY = 500
RUNS = 6
LOOK_S = 0.25


class Lists:
    """The measurements on one running site."""

    def __init__(self, stack: Stack) -> None:
        """Looks up which tickets are changed, and to what."""
        self.stack, self.client = stack, stack.agent()
        engine = stack.instance.engine()
        with engine.connect() as connection:
            newest = text("SELECT number FROM ticket WHERE state = 'open' ORDER BY last_activity_at DESC LIMIT :most")
            self.numbers = [row[0] for row in connection.execute(newest, {"most": MANY})]
            self.priorities = [row[0] for row in connection.execute(text("SELECT id FROM priority ORDER BY id"))]
        engine.dispose()

    def bulk_500(self) -> Figure:
        """Another priority for 500 selected tickets, until the last one has it; the web and the job worker together."""
        csrf = token(self.client.page("/agent/profile"))
        fields = [
            ("csrf_token", csrf),
            ("act", "priority"),
            ("sure", "1"),
            *(("selected", one) for one in self.numbers),
        ]

        def change(n: int) -> None:
            wanted = str(self.priorities[n % len(self.priorities)])
            body = urlencode([*fields, ("priority.to", wanted)]).encode()
            answer = self.client.send("/agent/bulk", body, "application/x-www-form-urlencoded", {})
            run = re.search(r"/agent/bulk/\d+", answer.headers.get("location", ""))
            if run is None:
                raise Unexpected(f"the change of many tickets was answered with {answer.status}")
            _wait(self.client, f"{run[0]}?part=1")

        return take("bulk_500", self.stack.instance.tickets, self.stack.all_cpu_s, change, (), warm=1, count=RUNS)

    def search_best(self) -> Figure:
        """The best matches of a word that very many tickets have."""
        path = "/agent/search/?" + urlencode({"q": COMMON, "order": "best"})

        def find(_n: int) -> None:
            self.client.page(path)

        return take("search_best", self.stack.instance.tickets, self.stack.cpu_s, find, ())


def _wait(client: Client, path: str) -> None:
    """Look until a run is over."""
    while b"hx-get" in client.page(path):
        sleep(LOOK_S)


def everything(stack: Stack) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Each measurement by name."""
    lists = Lists(stack)
    for name in NAMES:
        yield name, getattr(lists, name)
