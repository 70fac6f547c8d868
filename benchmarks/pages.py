"""What pages cost, for an administrator who sees everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from sqlalchemy import Engine, text

from benchmarks.client import Client, Unexpected, token
from benchmarks.figures import CLIENTS, Figure, take
from benchmarks.stack import Stack

Requests = Callable[[Client], Callable[[int], None]]
COMMON = "order"
"""A word that stands in every third ticket or so."""


class Pages:
    """The measurements on one running site."""

    def __init__(self, stack: Stack, at_once: int = CLIENTS, count: int = 150) -> None:
        """Looks up what is asked for. `count` requests make a figure; `at_once` clients tell the requests a second, 0 leaves that out."""
        self.stack, self.tickets, self._at_once, self._count = stack, stack.instance.tickets, at_once, count
        engine = stack.instance.engine()
        self.numbers = _numbers(engine)
        self.rare = _rare_words(engine)
        self.deep = _deep_cursor(engine)
        engine.dispose()
        self._agents: list[Client] = []

    def agents(self) -> list[Client]:
        """One signed-in browser for the sequence, and one for each client."""
        if not self._agents:
            self._agents = [self.stack.agent() for _ in range(self._at_once + 1)]
        return self._agents

    def open_queue(self) -> Figure:
        """The first page of the open tickets."""
        return self._get("open_queue", lambda _: "/agent/")

    def deep_queue(self) -> Figure:
        """The last page of the open tickets."""
        return self._get("deep_queue", lambda _: "/agent/?" + urlencode({"after": self.deep}))

    def closed_queue(self) -> Figure:
        """The first page of the closed tickets."""
        return self._get("closed_queue", lambda _: "/agent/queues/closed")

    def ticket(self) -> Figure:
        """Ticket pages, another one each time."""
        return self._get("ticket", lambda n: f"/agent/tickets/{self.numbers[n % len(self.numbers)]}")

    def search_rare(self) -> Figure:
        """A search for what one ticket has, another one each time."""
        return self._get("search_rare", lambda n: "/agent/search/?" + urlencode({"q": self.rare[n % len(self.rare)]}))

    def search_common(self) -> Figure:
        """A search for a word that very many tickets have."""
        return self._get("search_common", lambda _: "/agent/search/?" + urlencode({"q": COMMON}))

    def portal_open(self) -> Figure:
        """The form on which a visitor opens a ticket."""
        clients = [Client(self.stack.port) for _ in range(self._at_once + 1)]
        return self._take("portal_open", [_getter(client, lambda _: "/open") for client in clients])

    def reply(self) -> Figure:
        """Sending a reply: the POST alone, on another ticket each time. Mail and index follow in the job worker."""
        action, field = self._composer()
        writers = [self._writer(client, place, action, field) for place, client in enumerate(self.agents())]
        return self._take("reply", writers)

    def _get(self, name: str, path: Callable[[int], str]) -> Figure:
        """Measure a page of the desk."""
        return self._take(name, [_getter(client, path) for client in self.agents()])

    def _take(self, name: str, requests: Sequence[Callable[[int], None]]) -> Figure:
        """The first does the sequence, the others come at once."""
        return take(name, self.tickets, self.stack.cpu_s, requests[0], requests[1:], count=self._count)

    def _composer(self) -> tuple[str, str]:
        """Where the reply form of a ticket leads ("{number}" for the number), and a token for it."""
        number = self.numbers[0]
        page = self.agents()[0].page(f"/agent/tickets/{number}").decode()
        found = page.find('id="reply"')
        start = page.rfind("<form", 0, found) if found >= 0 else -1
        action = page[start:].partition('action="')[2].partition('"')[0] if start >= 0 else ""
        if not action:
            raise Unexpected("the ticket page has no form with the id reply")
        return action.partition("?")[0].replace(number, "{number}"), "message"

    def _writer(self, client: Client, place: int, action: str, field: str) -> Callable[[int], None]:
        """Posts replies."""
        csrf = token(client.page(f"/agent/tickets/{self.numbers[place]}"))

        def post(n: int) -> None:
            number = self.numbers[n % len(self.numbers)]
            text = f"Thank you for waiting. We have looked into it and will write again tomorrow ({n})."
            answer = client.post(action.format(number=number), {"csrf_token": csrf, field: text, "status": ""})
            if answer.status not in (302, 303):
                raise Unexpected(f"the reply was answered with {answer.status}")

        return post


def _getter(client: Client, path: Callable[[int], str]) -> Callable[[int], None]:
    """GETs pages that must be there."""

    def get(n: int) -> None:
        client.page(path(n))

    return get


def _numbers(engine: Engine) -> list[str]:
    """Numbers of some 500 tickets, spread over all."""
    with engine.connect() as connection:
        ids = connection.execute(text("SELECT min(id), max(id) FROM ticket")).one()
        step = max((ids[1] - ids[0]) // 500, 1)
        rows = connection.execute(text("SELECT number FROM ticket WHERE id % :step = 0 ORDER BY id"), {"step": step})
        return [row[0] for row in rows]


def _rare_words(engine: Engine) -> list[str]:
    """Words that stand in one ticket or two: numbers of orders and invoices, out of subjects."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT subject FROM ticket WHERE id % 7 = 0 ORDER BY id DESC LIMIT 3000")).all()
    words = [word.strip(",.:?") for row in rows for word in row[0].split()]
    found = [word for word in dict.fromkeys(words) if len(word) == 7 and word[0] == "A" and word[1:].isdigit()]
    if not found:
        raise Unexpected("no subject has the number of an order")
    return found[:300]


def _deep_cursor(engine: Engine) -> str:
    """The cursor before the last 25 open tickets, as the desk's links write it."""
    asked = (
        "SELECT last_activity_at, id FROM ticket WHERE state = 'open' ORDER BY last_activity_at, id LIMIT 1 OFFSET 25"
    )
    with engine.connect() as connection:
        at, row_id = connection.execute(text(asked)).one()
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{moment.isoformat()}~{row_id}"


def everything(stack: Stack) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Each measurement by name, in the order of the report."""
    pages = Pages(stack)
    for name in NAMES:
        yield name, getattr(pages, name)


NAMES = ("open_queue", "deep_queue", "closed_queue", "ticket", "search_rare", "search_common", "reply", "portal_open")
