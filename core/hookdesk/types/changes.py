"""Frozen values that are changed by making another one."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import lru_cache
from types import UnionType
from typing import Any, Self, get_args, get_origin, get_type_hints


class Replaceable:
    """What messages, drafts and notifications share: a copy with changes, and the difference that the decision trace shows."""

    __slots__ = ()

    def replace(self, **changes: Any) -> Self:
        """A copy with these fields changed: the only way to change one.

        Raises:
            TypeError: there is no such field, or the value is not of its type. So a mistake fails where it is made.
        """
        holder: Any = type(self)
        kinds = _kinds(holder)
        for name, value in changes.items():
            if not isinstance(value, kinds.get(name, object)):
                raise TypeError(f"{type(self).__name__}.{name} cannot be {value!r:.100}")
        return replace(self, **changes)  # type: ignore[type-var]  # each subclass is a dataclass

    def differences(self, before: Self) -> dict[str, tuple[Any, Any]]:
        """Field name → (before, after), for the fields that differ; long values are the trace's business to cut."""
        changed = {}
        for item in fields(self):  # type: ignore[arg-type]  # each subclass is a dataclass
            old, new = getattr(before, item.name), getattr(self, item.name)
            if old is not new and old != new:
                changed[item.name] = (old, new)
        return changed


@lru_cache(maxsize=32)
def _kinds(holder: Any) -> dict[str, tuple[type, ...]]:
    """Field name → the classes that its annotation allows, without what stands in brackets."""
    found = {}
    for name, hint in get_type_hints(holder).items():
        kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
        found[name] = tuple(get_origin(kind) or kind for kind in kinds)
    return found
