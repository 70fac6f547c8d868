"""Which fields are asked for: those whose conditions hold with what else was filled in. `static/forms.js` says the same in the browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import Field, FieldType, Group, criteria
from hookdesk_forms.kinds import FieldKind, Pairs, Spec, all_kinds


def fields(specs: Iterable[Spec]) -> dict[str, Field]:
    """What a condition on a form may name: its fields."""
    kinds = all_kinds()
    known = ((spec, kinds[spec.kind]) for spec in specs if spec.kind in kinds)
    return {spec.name: _field(spec, kind) for spec, kind in known if kind.compared and kind.column}


def _field(spec: Spec, kind: FieldKind) -> Field:
    """One field, of a form that is being filled in."""
    assert kind.compared is not None  # the caller asked
    choices = partial(_choices, kind, spec) if kind.compared is FieldType.CHOICE else None
    return Field(spec.name, spec.label, kind.compared, None, spec.key, choices=choices, group=_("Fields"))


def _choices(kind: FieldKind, spec: Spec) -> Pairs:
    """What an editor offers."""
    return kind.choices(spec) or ()


def shown(specs: Sequence[Spec], values: Mapping[str, tuple[Any, ...]]) -> set[str]:
    """The names of the fields that are asked for, given values by name. One that is not counts as empty for the others."""
    asked = {spec.name for spec in specs}
    bound = [spec for spec in specs if spec.shown_if]
    if not bound:
        return asked
    known = fields(specs)
    tests = {spec.name: group for spec in bound if (group := _loaded(spec, known)) is not None}
    for _round in range(len(tests) + 1):
        given = {spec.name: values.get(spec.name) or None for spec in specs if spec.name in asked}
        now = {spec.name for spec in specs if spec.name not in tests or criteria.matches(tests[spec.name], given)}
        if now == asked:
            break
        asked = now
    return asked


def _loaded(spec: Spec, known: Mapping[str, Field]) -> Group | None:
    """A field's condition; None for one that cannot be used any more: then the field is asked for."""
    try:
        return criteria.load(spec.shown_if or {}, known)
    except criteria.CriteriaProblem:
        return None


def problem(spec: Spec, specs: Iterable[Spec]) -> str:
    """Why a field's condition cannot be used, or ""."""
    try:
        criteria.load(spec.shown_if or {"version": 1, "mode": "all", "parts": []}, fields(specs))
    except criteria.CriteriaProblem as found:
        return str(found)
    return ""


def users(spec: Spec, specs: Iterable[Spec]) -> list[Spec]:
    """The fields whose conditions name this one."""
    return [other for other in specs if other.shown_if and other.id != spec.id and names(other.shown_if, spec.name)]


def names(part: Any, name: str) -> bool:
    """True if a condition, as JSON, names a field."""
    if isinstance(part, Mapping):
        return part.get("field") == name or any(names(inner, name) for inner in part.get("parts", ()))
    return False
