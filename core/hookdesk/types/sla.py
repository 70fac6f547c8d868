"""Working time and deadlines, as plugins tell each other and pages of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


class BusinessCalendar:
    """When somebody works: to be inherited. All moments are aware; durations are seconds of working time."""

    name: str

    def add(self, start: datetime, seconds: float) -> datetime:
        """The moment at which so much working time has passed since `start`; `clock.NEVER` if it never has.

        With negative seconds, the moment so much working time before `start`.
        """
        raise NotImplementedError

    def between(self, start: datetime, end: datetime) -> float:
        """How much working time lies between two moments; 0 if the end is not after the start."""
        raise NotImplementedError

    def spans(self, start: datetime, end: datetime) -> Sequence[tuple[datetime, datetime]]:
        """The stretches of working time between two moments."""
        raise NotImplementedError

    def closed_days(self, start: datetime, end: datetime) -> Sequence[tuple[datetime, datetime, str]]:
        """Days off between two moments that have a name, such as holidays: begin, end, name."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Due:
    """What is due next on a ticket: `state` is "running", "paused" or "breached", `used` the share of its time that has passed, 0 to 1.

    `target` and `note` are words for people; `due_at` is None while the clock is paused.
    """

    target: str
    due_at: datetime | None
    state: str
    used: float
    note: str = ""
