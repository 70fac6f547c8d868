"""Hooks that this plugin declares."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from hookdesk.api import Shape, When, spec


@dataclass(frozen=True, slots=True)
class FactorKind:
    """A kind of second factor. `endpoint` is the page where agents set up their own; `text` says in a line what it is.

    `held` tells which of some users have it, and in a few words how ("2 passkeys"; "" where there is nothing to add).
    One that does not `stand_alone` is for those who have another. One that is not `offered` cannot be set up at the moment.
    """

    name: str
    label: str
    text: str
    endpoint: str
    held: Callable[[Collection[int]], Mapping[int, str]]
    icon: str = "key"
    order: int = 50
    stands_alone: bool = True
    is_offered: bool = True


class TwoFactorHooks:
    """Second factors: which kinds there are."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def second_factors(self) -> Sequence[FactorKind] | None:
        """Kinds of second factor that agents can set up. The challenge itself is core's `auth_factors`."""
