"""Stories: tickets written by hand, and recurring requests that become some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from random import Random
from typing import Any

from hookdesk.api import clock
from hookdesk_demo import words

FILES = ("english.toml", "europe.toml", "world.toml")
WORKDAY = (7, 18)
"""Hours (UTC) in which agents work."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next: `what` is reply, note, message, assign, transfer, priority or status.

    `text` is what is written, or where a transfer, priority or status leads to; `status` goes with a reply.
    """

    what: str
    who: str
    hours: float
    text: str
    status: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket from its first message on. `via` is email, portal or phone; `days` is how long ago it begins."""

    name: str
    address: str
    via: str
    days: float
    subject: str
    text: str
    topic: str = ""
    files: Sequence[str] = ()
    steps: Sequence[Step] = ()


def written() -> list[Story]:
    """The stories written by hand."""
    return [_story(item) for name in FILES for item in words.load(f"stories/{name}")["story"]]


def _story(item: dict[str, Any]) -> Story:
    """One of them, as its file has it."""
    name, address = parseaddr(item["from"])
    return Story(
        name,
        address,
        item["via"],
        item["days"],
        item["subject"],
        item["text"].strip(),
        item.get("topic", ""),
        item.get("files", ()),
        [Step(*step) for step in item.get("steps", ())],
    )


TOPICS = {
    "Orders": "Delivery",
    "Billing": "Invoice and payment",
    "Workshop": "My bike",
    "Support": "Account and registration",
    "IT": "IT, for staff",
}
STAFF = {
    "Orders": ("sofia", "pavel", "lucia"),
    "Billing": ("henrik", "grace"),
    "Workshop": ("yusuf", "katrin", "dmytro", "hana"),
    "Support": ("ines", "tomas", "amara"),
    "IT": ("mei", "omar"),
}


def recurring(chance: Random, count: int, now: datetime, oldest_days: int) -> list[Story]:
    """So many requests of the kind that comes again and again, the more recent the more of them."""
    return [_request(chance, now, (chance.random() ** 1.6) * oldest_days + 0.02) for _ in range(count)]


def _request(chance: Random, now: datetime, days: float) -> Story:
    """One request and how it went on."""
    request = chance.choice(words.requests())
    name = words.person(chance)
    inside = request.department == "IT"
    address = f"{words.ascii_of(name)}@{'alder-cycles' if inside else chance.choice(DOMAINS)}.example"
    with clock.at(now - timedelta(days=days)):
        texts = words.Texts(chance, request, name)
    via = "portal" if inside or chance.random() < 0.5 else "email"
    files = [chance.choice(FILE_NAMES)] if chance.random() < 0.15 else []
    steps = list(_steps(chance, texts, request.department, via, days))
    topic = TOPICS[request.department] if via == "portal" else ""
    return Story(name, address, via, days, texts.subject(), texts.first(), topic, files, steps)


DOMAINS = ("mail", "post", "letterbox", "correo", "courriel", "radhaus-koeln", "bikebarn", "pedalpost", "koloserwis")
FILE_NAMES = ("photo-of-the-frame.png", "display.png", "label.png", "log.txt", "invoice.pdf")


def _steps(chance: Random, texts: words.Texts, department: str, via: str, days: float) -> list[Step]:
    """What the agents do; now and then nobody has come to it yet."""
    worker = chance.choice(STAFF[department])
    steps: list[Step] = []
    if via == "email" and department not in ("Support", "IT"):
        steps.append(Step("transfer", chance.choice(STAFF["Support"]), chance.uniform(0.3, 5), department))
    if chance.random() < (0.12 if days < 20 else 0.03):
        return steps
    steps.append(Step("assign", worker, chance.uniform(0.5, 8), ""))
    if chance.random() < 0.1:
        steps.append(Step("priority", worker, 0.1, chance.choice(("high", "low"))))
    if chance.random() < 0.3:
        steps.append(Step("note", worker, chance.uniform(0.2, 2), texts.note()))
    for _ in range(chance.choices((0, 1, 2), (50, 38, 12))[0]):
        steps.append(Step("reply", worker, chance.uniform(0.3, 8), texts.response(worker.title(), False), "pending"))
        steps.append(Step("message", "", chance.uniform(2, 40), texts.later(last=False)))
    steps.append(Step("reply", worker, chance.uniform(0.3, 6), texts.response(worker.title(), True), "pending"))
    if chance.random() < 0.55:
        steps.append(Step("message", "", chance.uniform(3, 60), texts.later(last=True)))
    steps.append(Step("status", worker, chance.uniform(1, 30), chance.choice(("solved", "solved", "closed"))))
    return steps


def in_hours(moment: datetime) -> datetime:
    """The moment, or the next morning if nobody works then."""
    first, last = WORKDAY
    if first <= moment.hour < last:
        return moment
    morning = moment + timedelta(days=1) if moment.hour >= last else moment
    return morning.replace(hour=first, minute=(moment.minute * 7) % 50)
