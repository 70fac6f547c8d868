"""Who writes what to whom in a flood of mails, and what must become of each: the prediction knows the scenes, not the code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.corpus import Case, changed
from hookdesk.api import references
from hookdesk_email_in.parse import parse_message

OURS = "support@example.net"
PEOPLE = 3000
LATER = 200
"""So many mails lie between one and what refers to it as a ticket: it has been taken in by then."""
EQUAL_MAILS = 5
"""Our setting: more equal ones are a loop."""
TICKET, REPLY, REJECTED, QUARANTINED = "ticket", "reply", "rejected", "quarantined"


@dataclass(frozen=True, slots=True)
class Made:
    """A mail of the flood. `parent` is the number of the mail on whose ticket it must end; None for what begins something or nothing."""

    number: int
    case: str
    what: str
    outcome: str
    raw: bytes
    sender: str = ""
    message_id: str = ""
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """How a record ended."""

    intake_id: int
    outcome: str
    ticket_id: int | None
    reason: str


class Plot:
    """A story without an end, the same one for the same seed. It must be told how they ended (`came_to`), for some refer to tickets."""

    def __init__(self, cases: Sequence[Case], seed: int) -> None:
        self._chance = Random(seed)
        self._of = {kind: [case for case in cases if case.kind == kind] for kind in {case.kind for case in cases}}
        self._told: list[Made] = []
        self._tickets: dict[int, int] = {}
        self.predicted: Counter[tuple[str, str]] = Counter()
        self._scenes: dict[Callable[[], Iterator[Made]], int] = {
            self._begins: 480, self._answers: 200, self._answers_us: 70, self._says_twice: 70, self._uses_an_id_again: 20,
            self._answers_the_unknown: 30, self._bounces: 40, self._bounces_on_a_ticket: 25, self._is_away: 15,
            self._is_away_on_a_ticket: 15, self._complains: 10, self._comes_from_us: 10, self._comes_back: 5, self._loops: 1,
            self._comes_before_its_question: 9,
        }  # fmt: skip

    def mails(self) -> Iterator[Made]:
        """One after the other."""
        scenes, weights = list(self._scenes), list(self._scenes.values())
        while True:
            (scene,) = self._chance.choices(scenes, weights)
            for made in scene():
                self._told.append(made)
                self.predicted[made.what, made.outcome] += 1
                yield made

    def came_to(self, made: Made, settled: Settled) -> None:
        """Note the ticket of a mail."""
        if settled.ticket_id is not None:
            self._tickets[made.number] = settled.ticket_id

    def is_right(self, made: Made, settled: Settled) -> bool:
        """Whether a mail ended as predicted, and where."""
        if made.outcome != settled.outcome:
            return False
        return made.parent is None or self._tickets.get(made.parent) == settled.ticket_id

    def _begins(self) -> Iterator[Made]:
        yield self._new("somebody's new mail", TICKET, self._case("message"))

    def _answers(self) -> Iterator[Made]:
        yield from self._on_a_ticket("an answer to a mail", "message")

    def _answers_us(self) -> Iterator[Made]:
        """An answer to the mail that we sent about a ticket; it is by whoever opened it."""
        made = self._one_with_ticket()
        if made is not None:
            ours = references.message_id(self._tickets[made.number], made.number, "u1", "example.net")
            yield self._new(
                "an answer to our mail", REPLY, self._case("message"), made.sender, ours, parent=self._root(made)
            )

    def _says_twice(self) -> Iterator[Made]:
        if self._told and (made := self._chance.choice(self._told[-2000:])).outcome in (TICKET, REPLY):
            yield Made(
                len(self._told), made.case, "the same mail again", REJECTED, made.raw, made.sender, made.message_id
            )

    def _uses_an_id_again(self) -> Iterator[Made]:
        made = self._one_with_ticket()
        if made is not None:
            case = self._case("message", but=made.case)
            yield self._new(
                "another mail under its id", QUARANTINED, case, self._somebody(), message_id=made.message_id
            )

    def _answers_the_unknown(self) -> Iterator[Made]:
        ids = f"never.seen.{self._chance.random()}@example.com"
        yield self._new("an answer to what we never saw", TICKET, self._case("message"), answers=ids)

    def _bounces(self) -> Iterator[Made]:
        yield self._new("a bounce of nothing", REJECTED, self._case("bounce"), sender="")

    def _bounces_on_a_ticket(self) -> Iterator[Made]:
        yield from self._on_a_ticket("a bounce on a ticket", "bounce")

    def _is_away(self) -> Iterator[Made]:
        yield self._new("an automatic answer", REJECTED, self._case("auto_reply"))

    def _is_away_on_a_ticket(self) -> Iterator[Made]:
        yield from self._on_a_ticket("an automatic answer on a ticket", "auto_reply")

    def _complains(self) -> Iterator[Made]:
        yield self._new("a complaint", QUARANTINED, self._case("complaint"), sender="")

    def _comes_from_us(self) -> Iterator[Made]:
        yield self._new("a mail from our address", REJECTED, self._case("message"), sender=OURS)

    def _comes_back(self) -> Iterator[Made]:
        made = self._one_with_ticket()
        if made is not None:
            ours = references.message_id(self._tickets[made.number], made.number, "u1", "example.net")
            yield self._new("our own mail, come back", REJECTED, self._case("message"), message_id=ours)

    def _loops(self) -> Iterator[Made]:
        """A program that does not say that it is one."""
        case, sender = self._case_with_words(), f"robot{len(self._told)}@example.org"
        for turn in range(EQUAL_MAILS + 3):
            outcome = TICKET if turn < EQUAL_MAILS else QUARANTINED
            yield self._new("a program that repeats itself", outcome, case, sender)

    def _comes_before_its_question(self) -> Iterator[Made]:
        """A later mail of a thread is here first: its author's next one goes on its ticket all the same."""
        sender, question = self._somebody(), self._id()
        yield self._new("an answer before its question", TICKET, self._case("message"), sender, question)
        yield self._new("the question, later", TICKET, self._case("message"), message_id=question)

    def _on_a_ticket(self, what: str, kind: str) -> Iterator[Made]:
        """Something that answers a mail which is on a ticket: by the same person, or by another."""
        made = self._one_with_ticket()
        if made is not None:
            sender = "" if kind == "bounce" else made.sender if self._chance.random() < 0.7 else self._somebody()
            yield self._new(what, REPLY, self._case(kind), sender, made.message_id, parent=self._root(made))

    def _one_with_ticket(self) -> Made | None:
        """A mail of the story that is on a ticket, was written by a person, and has been taken in."""
        old = self._told[max(0, len(self._told) - 4000) : -LATER]
        made = self._chance.choice(old) if old else None
        is_fit = made and made.number in self._tickets and made.outcome in (TICKET, REPLY) and made.sender
        return made if is_fit else None

    def _root(self, made: Made) -> int:
        """The mail that opened the ticket on which this one is."""
        return made.number if made.parent is None else made.parent

    def _new(
        self, what: str, outcome: str, case: Case, sender: str | None = None, answers: str = "", *,
        message_id: str = "", parent: int | None = None,
    ) -> Made:  # fmt: skip
        """A mail out of a case, with a sender, an id and references of its own. A sender "" leaves that of the case."""
        sender, message_id = self._somebody() if sender is None else sender, message_id or self._id()
        fields = {"Message-ID": f"<{message_id}>", "In-Reply-To": "", "References": "", "Return-Path": ""}
        if sender:
            fields["From"] = f"{sender.partition('@')[0].title()} <{sender}>"
        else:
            del fields["Return-Path"]
        if answers:
            fields["In-Reply-To"] = fields["References"] = f"<{answers}>"
        return Made(len(self._told), case.id, what, outcome, changed(case.raw, fields), sender, message_id, parent)

    def _case(self, kind: str, but: str = "") -> Case:
        return self._chance.choice([case for case in self._of[kind] if case.id != but])

    def _case_with_words(self) -> Case:
        """Mails without words are not compared: they may hold different files."""
        while not parse_message((case := self._case("message")).raw).text.strip():
            pass
        return case

    def _somebody(self) -> str:
        return f"person{self._chance.randrange(PEOPLE)}@customer{self._chance.randrange(20)}.example"

    def _id(self) -> str:
        return f"{len(self._told)}.{self._chance.randrange(10**12)}@flood.example"
