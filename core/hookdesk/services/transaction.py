"""`unit_of_work()`: the one way to write."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hookdesk.db import context
from hookdesk.db.retry import retrying
from hookdesk.services import log
from hookdesk.site import site

T = TypeVar("T")
P = ParamSpec("P")
Steps = Generator[None, None, T]
"""Work that stops wherever it needs the ids of what it has added."""


@contextmanager
def unit_of_work(is_lasting: bool = True) -> Iterator[Session]:
    """One writing transaction: all of it is stored, or nothing. No network, template or hashing work belongs inside.

    `is_lasting=False` does not wait for the disk: a power cut may take it back, until a later transaction that waits has ended. For what
    is done again then, and nothing else.

    Raises:
        WriteRefused: a unit of work is open already; pass its session on instead.
    """
    context.release()
    with site().db.write(is_lasting) as session:
        yield session
    if session.info.pop(log.SET_UP, False):
        site().settings.forget()


def transact(work: Callable[[Session], T], race: bool = False, is_lasting: bool = True) -> T:
    """Run `work(session)` in a unit of work, again from the start if the database could not serialize it (3 times at most).

    `race=True` also repeats after a broken unique constraint: for work that looks before it inserts.
    """

    def once() -> T:
        with unit_of_work(is_lasting) as session:
            return work(session)

    return retrying(once, also=IntegrityError if race else None)


def side_by_side(session: Session, works: Iterable[Steps[T]]) -> list[T]:
    """Do several works in one transaction, each to where it needs ids; what all have added by then is written at once."""
    waiting, ended = dict(enumerate(works)), dict[int, T]()
    while waiting:
        for place, work in list(waiting.items()):
            try:
                next(work)
            except StopIteration as end:
                ended[place] = end.value
                del waiting[place]
        if waiting:
            session.flush()
    return [ended[place] for place in sorted(ended)]


def at_once(steps: Callable[Concatenate[Session, P], Steps[T]]) -> Callable[Concatenate[Session, P], T]:
    """The same work in one go, where nothing stands beside it."""

    def work(session: Session, /, *given: P.args, **named: P.kwargs) -> T:
        return side_by_side(session, [steps(session, *given, **named)])[0]

    return work
