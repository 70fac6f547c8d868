"""What the caller notes about each call: decisions of a write, time per hook, errors to be stored once the host's transaction has ended."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from hookdesk.types.trace import RuleNote


@dataclass(slots=True)
class Step:
    """One implementation's part in a decision. `outcome`: changed, answered, passed, failed, skipped, decided."""

    hook: str
    plugin: str
    outcome: str
    reason: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    compared: list[Any] = field(default_factory=list)
    rules: list[RuleNote] = field(default_factory=list)
    microseconds: int = 0


@dataclass(slots=True)
class Explanation:
    """What the implementation that is running said about its own reasons."""

    reason: str = ""
    compared: list[Any] = field(default_factory=list)
    rules: list[RuleNote] = field(default_factory=list)


_trace: ContextVar[list[Step] | None] = ContextVar("hookdesk_trace", default=None)
_explanation: ContextVar[Explanation | None] = ContextVar("hookdesk_explanation", default=None)


@contextmanager
def tracing(steps: list[Step] | None = None) -> Iterator[list[Step]]:
    """Collect the steps of all hooks called inside the block; behind those that are given."""
    steps = [] if steps is None else steps
    token = _trace.set(steps)
    try:
        yield steps
    finally:
        _trace.reset(token)


@contextmanager
def explaining() -> Iterator[Explanation]:
    """Collect what the implementation called inside the block explains."""
    said = Explanation()
    token = _explanation.set(said)
    try:
        yield said
    finally:
        _explanation.reset(token)


def is_tracing() -> bool:
    """True inside `tracing()`."""
    return _trace.get() is not None


def note(step: Step) -> None:
    """Add a step to the trace, if one is being kept."""
    steps = _trace.get()
    if steps is not None:
        steps.append(step)


def explain(reason: str, compared: list[Any] | None = None) -> None:
    """Say, from inside a hook, why it decides as it does; shown on the ticket's trace.

    `compared` is a list of {field, operator, value, actual, result}: what a rule engine compared.
    """
    said = _explanation.get()
    if said is not None:
        said.reason = reason
        said.compared.extend(compared or [])


def note_rule(rule: RuleNote) -> None:
    """Say, from inside a hook, that a rule was asked and what came of it, matched or not. The trace keeps those that matched in full, of
    the others what decided against them, as many as its budget holds."""
    said = _explanation.get()
    if said is not None:
        said.rules.append(rule)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of a plugin, to be stored."""

    plugin: str
    hook: str
    error: str
    traceback: str


@dataclass(slots=True)
class Cost:
    """Calls, microseconds, the slowest call and errors of one plugin and hook."""

    calls: int = 0
    microseconds: int = 0
    slowest: int = 0
    errors: int = 0


class Recorder:
    """Buffers failures and costs of one process; `plugins.state` writes them out between requests."""

    MOST_FAILURES = 200

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._failures: list[Failure] = []
        self._costs: dict[tuple[str, str], Cost] = {}

    def timed(self, plugin: str, hook: str, microseconds: int) -> None:
        """Count one call."""
        cost = self._costs.get((plugin, hook))
        if cost is None:
            cost = self._costs.setdefault((plugin, hook), Cost())
        cost.calls += 1
        cost.microseconds += microseconds
        if microseconds > cost.slowest:
            cost.slowest = microseconds

    def failed(self, plugin: str, hook: str, error: BaseException) -> None:
        """Keep an error with its traceback; beyond a bound the oldest go."""
        text = "".join(traceback.format_exception(error))[-20_000:]
        with self._lock:
            self._failures.append(Failure(plugin, hook, f"{type(error).__name__}: {error}"[:200], text))
            del self._failures[: -self.MOST_FAILURES]
            self._costs.setdefault((plugin, hook), Cost()).errors += 1

    def take_failures(self) -> list[Failure]:
        """All kept errors, which are then forgotten here."""
        if not self._failures:
            return []
        with self._lock:
            taken, self._failures = self._failures, []
        return taken

    def take_costs(self) -> dict[tuple[str, str], Cost]:
        """All counted costs, which then start anew."""
        with self._lock:
            taken, self._costs = self._costs, {}
        return taken
