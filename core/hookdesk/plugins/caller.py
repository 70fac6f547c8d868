"""The calling facade: asks implementations in the admin's order, one by one, so that each answer, error and microsecond has an owner."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import false

from hookdesk.db.engine import reading_only
from hookdesk.db.retry import is_conflict, is_transient, will_retry
from hookdesk.hookspecs.spec import OnError, SpecInfo, When, spec_info
from hookdesk.plugins.record import Recorder, Step, explaining, is_tracing, note
from hookdesk.types.changes import Replaceable
from hookdesk.types.events import Event
from hookdesk.types.intake import Verdict

P = ParamSpec("P")
T = TypeVar("T")
FAILED: Any = object()
SKIPPED: Any = object()


class HookDenied(Exception):
    """A plugin that must agree has failed or is paused, so the answer is no."""

    def __init__(self, plugin: str, hook: str) -> None:
        """Name the plugin and the hook."""
        super().__init__(f"the plugin {plugin} could not answer {hook}, so it was denied")
        self.plugin, self.hook = plugin, hook


class Refusal(Exception):
    """A plugin refuses by intention (`Unreadable`, a form problem): passed on to whoever called the hook, not counted as its error."""


class Unreadable(Refusal):
    """A raw record that its channel cannot read; it is quarantined with this reason."""


@dataclass(frozen=True, slots=True)
class Implementation:
    """One plugin's method for one hook, asked where `asked_for` (argument → values) says; where it is empty, always."""

    plugin: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]
    asked_for: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_asked(self, given: Mapping[str, Any]) -> bool:
        """True if these arguments are of those that it answers."""
        return all(given[name] in allowed for name, allowed in self.asked_for.items())

    def __call__(self, given: Mapping[str, Any]) -> Any:
        """Call it with the arguments that it names; one that has a default need not be given."""
        return self.function(**{name: given[name] for name in self.arguments if name in given})


class Hooks:
    """All hooks of one application object. Implementations stand in their resolved order."""

    def __init__(self, recorder: Recorder, paused: Callable[[], frozenset[str]], trace_calls: bool = False) -> None:
        """`paused` tells which plugins the circuit breaker holds at the moment; `trace_calls` prints each call (for authors)."""
        self.recorder = recorder
        self._paused = paused
        self._trace_calls = trace_calls
        self._specs: dict[str, SpecInfo] = {}
        self._implementations: dict[str, tuple[Implementation, ...]] = {}
        self._told_apart: dict[str, tuple[str, ...]] = {}
        self._asked: dict[tuple[str, ...], tuple[Implementation, ...]] = {}

    def declare(self, info: SpecInfo) -> None:
        """Make a hook known.

        Raises:
            ValueError: another specification has that name already.
        """
        if info.name in self._specs:
            raise ValueError(f"the hook {info.name} is declared twice")
        self._specs[info.name] = info
        self._implementations.setdefault(info.name, ())

    def install(self, name: str, implementations: Iterable[Implementation]) -> None:
        """Set the implementations of a hook, in the order in which they are asked."""
        self._implementations[name] = found = tuple(implementations)
        self._told_apart[name] = tuple({argument for one in found for argument in one.asked_for})
        self._asked.clear()

    @property
    def specs(self) -> Mapping[str, SpecInfo]:
        """Every declared hook by name."""
        return self._specs

    def paused(self) -> frozenset[str]:
        """Plugins that the circuit breaker holds at the moment."""
        return self._paused()

    def implementations(self, name: str) -> tuple[Implementation, ...]:
        """Who implements a hook, in order."""
        return self._implementations.get(name, ())

    def collect(
        self, spec: Callable[Concatenate[Any, P], Iterable[T] | None], *args: P.args, **given: P.kwargs
    ) -> list[T]:
        """All answers of a `collect`/`concat` hook in one list.

        Raises:
            HookDenied: a plugin could not be asked and the hook's errors deny: none of its answers may be missing.
        """
        return [item for _, answer in self._answers(spec_info(spec), given, denied=FAILED) for item in answer]

    def attributed(
        self, spec: Callable[Concatenate[Any, P], Iterable[T] | None], *args: P.args, **given: P.kwargs
    ) -> list[tuple[str, T]]:
        """Like `collect`, with the slug of the plugin beside each answer."""
        return [(plugin, item) for plugin, answer in self._answers(spec_info(spec), given) for item in answer]

    def veto(self, spec: Callable[Concatenate[Any, P], str | None], *args: P.args, **given: P.kwargs) -> str | None:
        """The first reason against, or None if nobody objects."""
        info = spec_info(spec)
        for plugin, answer in self._answers(info, given, denied=f"{info.name} could not be checked"):
            _note(info, Step(info.name, plugin, "decided", str(answer)))
            return str(answer)
        return None

    def strongest(
        self, spec: Callable[Concatenate[Any, P], Verdict | None], *args: P.args, **given: P.kwargs
    ) -> Verdict | None:
        """The strongest verdict, or None if nobody has one; the first of equals."""
        verdicts: list[Verdict] = [answer for _, answer in self._answers(spec_info(spec), given)]
        return max(verdicts, key=lambda verdict: verdict.strength, default=None)

    def conditions(
        self, spec: Callable[Concatenate[Any, P], Any], *args: P.args, **given: P.kwargs
    ) -> list[tuple[str, Any]]:
        """SQL conditions that all must hold, each with the slug of its plugin; one that could not be asked is FALSE."""
        return list(self._answers(spec_info(spec), given, denied=false()))

    def first(self, spec: Callable[Concatenate[Any, P], T | None], *args: P.args, **given: P.kwargs) -> T | None:
        """The first answer that is not None.

        Raises:
            HookDenied: a plugin failed and the hook's errors deny.
        """
        found: T | None = next((answer for _, answer in self._answers(spec_info(spec), given, denied=FAILED)), None)
        return found

    def chain(self, spec: Callable[Concatenate[Any, P], T | None], *args: P.args, **given: P.kwargs) -> T:
        """Hand the first argument from one implementation to the next and return what comes out."""
        info = spec_info(spec)
        values = dict(given)
        for implementation in self._implementations[info.name]:
            before = values[info.chained]
            answer, step = self._run(info, implementation, values)
            if answer is FAILED or answer is SKIPPED or answer is None or answer == before:
                _note(info, step)
                continue
            step.outcome = "changed"
            step.changes = answer.differences(cast(Any, before)) if isinstance(answer, Replaceable) else {}
            _note(info, step)
            values[info.chained] = answer
        result: T = values[info.chained]  # type: ignore[assignment]  # the chained argument has the type of the answers
        return result

    def deliver(self, implementation: Implementation, event: Event) -> None:
        """Call one subscriber of an event; its errors are recorded and raised, for the dispatcher retries them."""
        started = perf_counter_ns()
        try:
            implementation({"event": event})
        except (Exception, SystemExit) as error:
            self.recorder.failed(implementation.plugin, event.name, error)
            raise
        finally:
            self.recorder.timed(implementation.plugin, event.name, (perf_counter_ns() - started) // 1000)

    def _answers(self, info: SpecInfo, given: Mapping[str, Any], denied: Any = None) -> Iterator[tuple[str, Any]]:
        """Each answer that is not None, with its plugin; where errors deny, `denied` stands in for a failure, or (FAILED) it is raised."""
        for implementation in self._those_asked(info.name, given):
            answer, step = self._run(info, implementation, given)
            if answer is FAILED or answer is SKIPPED:
                _note(info, step)
                if info.on_error is OnError.DENY and denied is FAILED:
                    raise HookDenied(implementation.plugin, info.name)
                if info.on_error is OnError.DENY and denied is not None:
                    yield implementation.plugin, denied
            elif answer is not None and not _lists_nothing(answer):
                step.outcome = "answered"
                if isinstance(answer, Verdict):
                    step.outcome, step.reason = answer.outcome, answer.reason
                elif not step.reason:
                    step.reason = str(getattr(answer, "reason", ""))
                _note(info, step)
                yield implementation.plugin, answer
            elif is_tracing():
                _note(info, step)

    def _those_asked(self, name: str, given: Mapping[str, Any]) -> tuple[Implementation, ...]:
        """Who answers these arguments: of thirty plugins that fill slots, the few that fill this one. Found once for each slot and area."""
        key = (name, *(given[argument] for argument in self._told_apart.get(name, ())))
        if key not in self._asked:
            self._asked[key] = tuple(one for one in self._implementations[name] if one.is_asked(given))
        return self._asked[key]

    def _run(self, info: SpecInfo, implementation: Implementation, given: Mapping[str, Any]) -> tuple[Any, Step]:
        """Call one implementation, timed and guarded."""
        step = Step(info.name, implementation.plugin, "passed")
        if implementation.plugin in self._paused():
            step.outcome, step.reason = "skipped", "paused after repeated errors"
            return SKIPPED, step
        if info.when is When.WRITE:
            with explaining() as said, reading_only():
                answer = self._timed(info, implementation, given, step)
            step.reason, step.compared, step.rules = said.reason or step.reason, said.compared, said.rules
        else:
            answer = self._timed(info, implementation, given, step)
        return answer, step

    def _timed(self, info: SpecInfo, implementation: Implementation, given: Mapping[str, Any], step: Step) -> Any:
        """The call itself: what an implementation raises is its own failure, unless trying all again from the start may help."""
        started = perf_counter_ns()
        try:
            answer = implementation(given)
            if answer is not None:
                info.check(answer)
            return answer
        except Refusal:
            raise
        except (Exception, SystemExit) as error:
            if is_transient(error) and (will_retry() or not is_conflict(error)):
                raise
            self.recorder.failed(implementation.plugin, info.name, error)
            step.outcome, step.reason = "failed", f"{type(error).__name__}: {error}"[:500]
            return FAILED
        finally:
            step.microseconds = (perf_counter_ns() - started) // 1000
            self.recorder.timed(implementation.plugin, info.name, step.microseconds)
            if self._trace_calls:
                line = f"hook {info.name} {implementation.plugin} {step.microseconds} µs {step.outcome}"
                print(line, file=sys.stderr)  # noqa: T201  # for an author at a terminal; a log would drown it


def _lists_nothing(answer: Any) -> bool:
    """True for an empty list: whoever has nothing to add has decided nothing."""
    return isinstance(answer, list | tuple) and not answer


def _note(info: SpecInfo, step: Step) -> None:
    """Add a step to the trace, if its hook decides about what is being written, or went wrong; where files can be kept is no decision."""
    if info.when is When.WRITE or step.outcome in ("failed", "skipped"):
        note(step)
