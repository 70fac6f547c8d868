"""Reading messages so that one that the server cannot hand out does not take the others with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hookdesk_mailboxes.problems import problem_of
from hookdesk_mailboxes.protocols import Connection, FetchProblem, Item, Letter


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that was not handed out though it was asked for alone. Not `answers`: the connection is of no more use."""

    item: Item
    problem: FetchProblem
    answers: bool


def letters(connection: Connection, folder: str, items: Sequence[Item], most_bytes: int) -> Iterator[Letter | Refusal]:
    """The messages, in order; those that are gone by now are left out. After a refusal each of the rest is asked for alone.

    Raises:
        FetchProblem: the connection is of no more use. If that is over one message alone, its refusal comes before.
    """
    done: set[str] = set()
    try:
        for letter in connection.read(folder, items, most_bytes):
            done.add(letter.item.key)
            yield letter
        return
    except Exception as error:  # whatever a library makes of garbage
        problem = problem_of(error)
    answers = problem.kind != "ended" and _answers(connection, folder)
    if len(items) == 1:
        yield Refusal(items[0], problem, answers)
    if not answers:
        raise problem
    if len(items) > 1:
        for item in items:
            if item.key not in done:
                yield from letters(connection, folder, [item], most_bytes)


def _answers(connection: Connection, folder: str) -> bool:
    """True if the server and we still understand each other."""
    try:
        connection.count(folder)
    except Exception:  # that is the answer
        return False
    return True
