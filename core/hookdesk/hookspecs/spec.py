"""The marker of hook specifications: the caller, the generated reference and the contract tests all read what it records."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_type_hints

import pluggy
from sqlalchemy import SQLColumnExpression

PROJECT = "hookdesk"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

F = TypeVar("F", bound=Callable[..., Any])
ASKED_FOR = "_hookdesk_asked_for"


def asked_for(**values: Iterable[str]) -> Callable[[F], F]:
    """Below `@hookimpl`: this implementation is asked only where an argument has one of these values, and costs nothing anywhere else.

    A page has a dozen slots, and asks every plugin about each: `@asked_for(slot=["ticket.sidebar"])`.
    """

    def mark(function: F) -> F:
        setattr(function, ASKED_FOR, {name: frozenset(allowed) for name, allowed in values.items()})
        return function

    return mark


class Shape(StrEnum):
    """How the caller treats the implementations of a hook."""

    COLLECT = "collect"
    FIRST = "first"
    CHAIN = "chain"
    EVENT = "event"


class Combine(StrEnum):
    """How the answers of a `collect` hook become one."""

    CONCAT = "concat"
    ANY_VETO = "any_veto"
    STRONGEST = "strongest"
    SQL_AND = "sql_and"


class When(StrEnum):
    """When a hook runs: while the app is built, in a request, inside a write's preparation, or after the commit."""

    BUILD = "build"
    REQUEST = "request"
    WRITE = "write"
    AFTER = "after"


class OnError(StrEnum):
    """What a failing implementation means: it is skipped, or the answer is no."""

    SKIP = "skip"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class SpecInfo:
    """All that is stated about one hook."""

    name: str
    shape: Shape
    combine: Combine | None
    when: When
    on_error: OnError
    since: str
    doc: str
    signature: inspect.Signature
    returns: tuple[type, ...] = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of the arguments, in order, without self."""
        return tuple(name for name in self.signature.parameters if name != "self")

    @property
    def chained(self) -> str:
        """The argument that a chain hands on: always its first."""
        return self.arguments[0]

    def check(self, answer: Any) -> None:
        """Hold an answer against the shape, so that a wrong one is its plugin's error and not its caller's.

        Raises:
            TypeError: the answer cannot be what this hook promises.
        """
        if self.combine is Combine.CONCAT:
            if not isinstance(answer, Sequence) or isinstance(answer, str):
                raise TypeError(f"{self.name} must return a list or tuple, not {type(answer).__name__}")
        elif self.combine is Combine.SQL_AND:
            if not isinstance(answer, SQLColumnExpression):
                raise TypeError(f"{self.name} must return an SQL condition or None, not {type(answer).__name__}")
        elif self.returns and not isinstance(answer, self.returns):
            wanted = " or ".join(kind.__name__ for kind in self.returns)
            raise TypeError(f"{self.name} must return {wanted} or None, not {type(answer).__name__}")


def _returned(function: Callable[..., Any]) -> tuple[type, ...]:
    """The plain classes that a hook may return, besides None; () where the annotation says no more than a shape."""
    try:
        stated = get_type_hints(function).get("return")
    except NameError:  # names that only a type checker imports
        return ()
    kinds = get_args(stated) if isinstance(stated, UnionType) else (stated,)
    return tuple(kind for kind in kinds if isinstance(kind, type) and kind not in (NoneType, Any))


def spec(
    shape: Shape, *, when: When, since: str, combine: Combine | None = None, on_error: OnError = OnError.SKIP
) -> Callable[[F], F]:
    """Mark a method of a specification class as a hook. Arguments are keyword-only; the docstring is its documentation."""

    def mark(function: F) -> F:
        how = combine or (Combine.CONCAT if shape is Shape.COLLECT else None)
        doc = inspect.cleandoc(function.__doc__ or "")
        info = SpecInfo(
            function.__name__, shape, how, when, on_error, since, doc, inspect.signature(function), _returned(function)
        )
        function.__hookdesk_spec__ = info  # type: ignore[attr-defined]  # the one place where it is set
        return hookspec(firstresult=False)(function)

    return mark


def spec_info(function: Callable[..., Any]) -> SpecInfo:
    """What was stated about a hook.

    Raises:
        AttributeError: the function is no hook specification.
    """
    info: SpecInfo = function.__hookdesk_spec__  # type: ignore[attr-defined]  # set by spec()
    return info


def specs_of(holder: type) -> list[SpecInfo]:
    """The hooks that a specification class declares, in the order of the source."""
    return [item.__hookdesk_spec__ for item in vars(holder).values() if hasattr(item, "__hookdesk_spec__")]
