"""Texts of made-up tickets, filled in from lists. The same source of chance gives the same texts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from hookdesk.api import clock

GREETINGS = ("Hello,", "Hi,", "Good morning,", "Good afternoon,", "Dear team,", "Hi there,", "Hello again,")
PARTINGS = ("Best regards", "Kind regards", "Thanks", "Many thanks", "Regards", "Thank you in advance")
OPENINGS = ("Thank you for writing.", "Thanks for your message.", "Thank you for waiting.", "I have looked into it.")


def text(name: str) -> str:
    """A file of this package's `data` folder."""
    return files(__package__).joinpath("data", name).read_text(encoding="utf-8")


def load(name: str) -> dict[str, Any]:
    """The same, read as TOML."""
    return tomllib.loads(text(name))


@cache
def names() -> Mapping[str, Sequence[str]]:
    """Lists of names by kind: first, last, company, kind, city, bike, part, device, room, day."""
    return load("names.toml")


@dataclass(frozen=True, slots=True)
class Request:
    """A recurring request: its department and alternatives for each part of the conversation."""

    department: str
    subject: Sequence[str]
    say: Sequence[str]
    more: Sequence[str]
    answer: Sequence[str]
    ask: Sequence[str]
    again: Sequence[str]
    done: Sequence[str]
    note: Sequence[str]


@cache
def requests() -> Sequence[Request]:
    """All recurring requests."""
    return [Request(**item) for item in load("recurring.toml")["request"]]


def person(chance: Random) -> str:
    """A name."""
    return f"{chance.choice(names()['first'])} {chance.choice(names()['last'])}"


def company(chance: Random) -> str:
    """A name of a company."""
    return f"{chance.choice(names()['company'])} {chance.choice(names()['kind'])}"


def ascii_of(name: str) -> str:
    """A name as it may stand in an address: "Élise O'Connor" → "elise.oconnor"."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode().lower()
    return ".".join("".join(char for char in word if char.isalnum()) for word in plain.split())


_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "æ": "ae", "Æ": "Ae", "ı": "i", "đ": "d"})


class Texts:
    """The words of one ticket: its slots keep their values from the first message to the last."""

    def __init__(self, chance: Random, request: Request, requester: str) -> None:
        """Fill the slots."""
        self._chance, self.request, self._requester = chance, request, requester
        self._slots = _slots(chance)

    def _pick(self, choices: Sequence[str]) -> str:
        return self._chance.choice(choices).format_map(self._slots)

    def subject(self) -> str:
        """The subject."""
        text = self._pick(self.request.subject)
        return text[0].upper() + text[1:]

    def first(self) -> str:
        """The requester's first message."""
        more = self._chance.sample(self.request.more, self._chance.randint(0, min(2, len(self.request.more))))
        words = " ".join([self._pick(self.request.say), *(text.format_map(self._slots) for text in more)])
        greeting, parting = self._chance.choice(GREETINGS), self._chance.choice(PARTINGS)
        return f"{greeting}\n\n{words}\n\n{parting}\n{self._requester}"

    def later(self, last: bool) -> str:
        """A further message: a thank-you if it is the last one, else an addition."""
        return self._pick(self.request.done if last else self.request.again)

    def response(self, agent: str, last: bool) -> str:
        """An agent's words: the answer if it is the last one, else often a question."""
        asks = not last and self._chance.random() < 0.6
        words = self._pick(self.request.ask if asks else self.request.answer)
        return f"Hello {self._requester.split()[0]},\n\n{self._chance.choice(OPENINGS)} {words}\n\n{agent}"

    def note(self) -> str:
        """An internal note."""
        return self._pick(self.request.note)


def _slots(chance: Random) -> dict[str, Any]:
    """A value for each slot."""
    lists = names()
    slots: dict[str, Any] = {
        key: chance.choice(lists[key]) for key in ("bike", "part", "device", "room", "day", "city")
    }
    number = chance.randrange(10**6, 10**7)
    date = (clock.now() + timedelta(days=chance.randint(-10, 20))).date()
    slots.update(
        order=f"A{number % 900_000 + 100_000}",
        invoice=f"R-{2020 + number % 7}-{number % 100_000:05}",
        serial=f"AC{number:07}{'ABCDEFGH'[number % 8]}",
        number=number,
        number_short=1000 + number % 9000,
        number_small=2 + number % 23,
        percent=12 + number % 80,
        code=10 + number % 60,
        amount=f"{number % 4000 + 19}.{number % 100:02} €",
        date=f"{date.day} {date:%B}",
        name=person(chance),
        name2=person(chance),
        company=company(chance),
    )
    return slots
