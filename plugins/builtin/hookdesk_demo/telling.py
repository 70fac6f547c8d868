"""How made-up tickets go: who answers, how often, how fast, and how they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hookdesk_demo import words
from hookdesk_demo.batch import Batch
from hookdesk_demo.cast import Cast, Worker
from hookdesk_demo.life import Begin, Life, Named, StoredFile

LENGTHS_OPEN = ((1, 40), (2, 25), (3, 15), (4, 10), (6, 7), (9, 3))
LENGTHS_CLOSED = ((1, 4), (2, 38), (3, 29), (4, 14), (5, 8), (7, 5), (12, 2))
"""Entries of a ticket and how often that many, in per cent: 3.0 on average."""


@dataclass(frozen=True, slots=True)
class Site:
    """What tickets are made of. `statuses` and `priorities` go by key, `topics` (references) by department."""

    cast: Cast
    statuses: dict[str, Named]
    priorities: dict[str, Named]
    topics: dict[str, str]
    files: Sequence[StoredFile]
    now: datetime


class Teller:
    """Makes up tickets one after the other."""

    def __init__(self, chance: Random, site: Site) -> None:
        """`chance` decides everything."""
        self._chance, self._site = chance, site
        self._open = next(status for status in site.statuses.values() if status.key == "open")

    def tell(self, batch: Batch, ticket_id: int, number: str, at: datetime, stays_open: bool) -> None:
        """One ticket with all that became of it by now."""
        chance, cast = self._chance, self._site.cast
        request, requester = chance.choice(words.requests()), chance.choice(cast.requesters)
        texts = words.Texts(chance, request, requester.name)
        place = request.department if chance.random() > 0.06 else "Support"
        channel = chance.choices(("email", "portal"), (55, 45))[0]
        topic = self._site.topics.get(request.department, "") if channel == "portal" else ""
        begin = Begin(
            ticket_id, number, at, texts.subject(), requester, self._department(place), self._priority(), channel, topic
        )
        life = Life(batch, begin, self._open)
        life.message(at, texts.first(), chance.choice(self._site.files) if self._is_with_file() else None)
        worker = chance.choice(cast.workers[request.department])
        count = self._length(stays_open)
        if count > 1 or chance.random() < 0.3:
            self._take(life, worker, request.department)
        self._talk(life, texts, worker, count - 1, stays_open)
        self._extras(life)

    def _department(self, name: str) -> tuple[int, str]:
        return self._site.cast.departments[name], name

    def _priority(self) -> Named:
        key = self._chance.choices(("normal", "low", "high", "emergency"), (74, 12, 12, 2))[0]
        return self._site.priorities[key]

    def _is_with_file(self) -> bool:
        return bool(self._site.files) and self._chance.random() < 0.12

    def _length(self, stays_open: bool) -> int:
        counts, weights = zip(*(LENGTHS_OPEN if stays_open else LENGTHS_CLOSED), strict=True)
        return int(self._chance.choices(counts, weights)[0])

    def _later(self, life: Life, hours: float) -> datetime:
        """Some time after the last entry, about `hours`; never in the future."""
        later = life.at + timedelta(hours=self._chance.lognormvariate(0, 0.9) * hours)
        if later < self._site.now:
            return later
        return life.at + (self._site.now - life.at) * self._chance.random()

    def _take(self, life: Life, worker: Worker, department: str) -> None:
        """Somebody looks at it: it moves where it belongs, gets an assignee and now and then another priority."""
        at = self._later(life, 0.5)
        if life.department[1] != department:
            life.transfer(at, self._chance.choice(self._site.cast.workers["Support"]), self._department(department))
        life.assign(at, worker, worker)
        if self._chance.random() < 0.05:
            life.set_priority(at, worker, self._site.priorities["high"])
        life.at = at

    def _talk(self, life: Life, texts: words.Texts, worker: Worker, count: int, stays_open: bool) -> None:
        """The rest of the conversation, and its end."""
        chance = self._chance
        for left in range(count - 1, -1, -1):
            is_last = left == 0 and not stays_open
            if life.last_kind == "message":
                if left and chance.random() < 0.18:
                    life.note(self._later(life, 1), worker, texts.note())
                    continue
                status = (
                    self._closed() if is_last else self._site.statuses["pending"] if chance.random() < 0.5 else None
                )
                life.respond(self._later(life, 3), worker, texts.response(worker.name, is_last), status)
            elif chance.random() < 0.8:
                life.message(self._later(life, 12), texts.later(last=is_last))
            else:
                life.note(self._later(life, 8), worker, texts.note())
        if not stays_open and life.status.state == "open":
            life.close(self._later(life, 20), worker, self._closed())

    def _closed(self) -> Named:
        return self._site.statuses[self._chance.choices(("solved", "closed"), (40, 60))[0]]

    def _extras(self, life: Life) -> None:
        """Now and then a follower, a referral, a team."""
        chance, cast = self._chance, self._site.cast
        if chance.random() < 0.03:
            life.share(chance.choice(cast.requesters).id)
        if chance.random() < 0.01:
            life.refer(chance.choice(cast.workers["Billing"]))
        if chance.random() < 0.04:
            life.hand_to_team(chance.choice(cast.teams))
