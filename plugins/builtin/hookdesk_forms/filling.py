"""A form being filled in: what its controls hold, what is wrong with it, and the values that come of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import request
from flask_babel import gettext as _

from hookdesk_forms import conditions
from hookdesk_forms.catalogue import FormSpec
from hookdesk_forms.kinds import FieldKind, FieldProblem, Spec, all_kinds

Values = Mapping[int, tuple[Any, ...]]


@dataclass
class Row:
    """One field of a form: what its control holds, the values out of that, and what is wrong."""

    spec: Spec
    kind: FieldKind
    is_required: bool = False
    typed: list[str] = field(default_factory=list)
    values: tuple[Any, ...] = ()
    problem: str = ""
    is_hidden: bool = False
    is_settled: bool = False
    """Its condition names a field that this person does not see: what the server found stands, and the page says nothing of it."""

    @cached_property
    def context(self) -> Mapping[str, Any]:
        """What its control needs besides; what is chosen now is always among the choices, though it may no longer be chosen elsewhere."""
        given = dict(self.kind.context(self.spec))
        if given.get("choices"):
            known = {key for key, _label in given["choices"]}
            gone = [(str(one), self.kind.words(self.spec, [one])) for one in self.values if str(one) not in known]
            given["choices"] = [*given["choices"], *gone]
        return given

    def typed_of(self, value: Any) -> str:
        """One value as the control holds it."""
        return self.kind.typed(self.spec, value)

    @property
    def when(self) -> str:
        """Its condition for the script, as JSON; "" for a field about which the script decides nothing."""
        return json.dumps(self.spec.shown_if) if self.spec.shown_if and not self.is_settled else ""

    @property
    def is_judged(self) -> bool:
        """True for what is asked for."""
        return bool(self.kind.column) and not self.is_hidden


@dataclass(slots=True)
class Filled:
    """All forms of a page with their rows. `known` are the values of fields that conditions may name and that are not on the page."""

    sections: list[tuple[FormSpec, list[Row]]]
    known: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        """Every field that stands in them."""
        return [row for _form, rows in self.sections for row in rows]

    @property
    def problems(self) -> tuple[tuple[str, str, str], ...]:
        """(Id of the control, its label, what is wrong)."""
        return tuple((row.spec.control, row.spec.label, row.problem) for row in self.rows if row.problem)

    @property
    def files(self) -> tuple[str, ...]:
        """The hashes of the files that were filled in."""
        rows = (row for row in self.rows if row.is_judged and row.kind.column == "data")
        return tuple(value["sha256"] for row in rows for value in row.values)

    @property
    def wire(self) -> dict[str, Any]:
        """Name → what was filled in, as JSON that intake reads again."""
        given = (row for row in self.rows if row.is_judged and row.values)
        return {row.spec.wire: [row.kind.handed_on(value) for value in row.values] for row in given}


def fill(
    forms: Sequence[FormSpec], *, is_agent: bool, stage: str, stored: Values | None = None, fresh: bool = True
) -> Filled:
    """The forms as somebody may fill them in.

    `stage` is "shown" (with what is stored, or, where it is `fresh`, the defaults), "swapped" (with what the request holds) or "sent" (the
    same, judged).
    """
    kinds, stored = all_kinds(), stored or {}
    sections = []
    for form in forms:
        rows = [_row(spec, kinds, is_agent) for spec in form.fields]
        sections.append((form, [row for row in rows if row is not None]))
    filled = Filled([(form, rows) for form, rows in sections if rows])
    for row in filled.rows:
        if row.kind.column:
            _hold(row, stage, stored.get(row.spec.id), fresh)
    _hide(filled, forms, stored, is_agent)
    if stage == "sent":
        _demand(filled)
    return filled


def _row(spec: Spec, kinds: Mapping[str, FieldKind], is_agent: bool) -> Row | None:
    """A field, if it is for this person to fill in."""
    level = _level(spec, kinds, is_agent)
    if level == "hidden" or (level == "shown" and kinds[spec.kind].column):
        return None
    kind = kinds[spec.kind]
    return Row(spec, kind, is_required=level == "required" and bool(kind.column))


def _level(spec: Spec, kinds: Mapping[str, FieldKind], is_agent: bool) -> str:
    """What this person does with a field; nobody sees one whose kind is not there."""
    kind = kinds.get(spec.kind)
    return "hidden" if kind is None or (kind.is_internal and not is_agent) else spec.level(is_agent)


def _hold(row: Row, stage: str, stored: tuple[Any, ...] | None, fresh: bool) -> None:
    """Put into the control what belongs there, and read it."""
    if stage == "shown":
        row.values = stored or ()
        row.typed = [row.kind.typed(row.spec, value) for value in row.values]
        if fresh and stored is None:
            _begin(row)
        return
    try:
        given = row.kind.sent(row.spec, request, stage)
        row.typed = [str(one) for one in given]
        if stored and row.typed == [row.typed_of(value) for value in stored]:
            row.values = stored  # what was there already may stay, though it could not be chosen now
        else:
            row.values = row.kind.accept(row.spec, given)
    except FieldProblem as problem:
        row.problem = str(problem) if stage == "sent" else ""


def _begin(row: Row) -> None:
    """Fill in what stands in a new form, if it can still be taken."""
    given = row.spec.options.get("default")
    if given:
        row.typed = [str(given)]
        with suppress(FieldProblem):
            row.values = row.kind.accept(row.spec, given)
            row.typed = [row.typed_of(value) for value in row.values]


def _hide(filled: Filled, forms: Sequence[FormSpec], stored: Values, is_agent: bool) -> None:
    """Find out which fields are not asked for; what was filled in there does not count. Of what one does not see the page says nothing."""
    rows = {row.spec.name: row for row in filled.rows}
    specs = [spec for form in forms for spec in form.fields]
    away = {spec.name: stored.get(spec.id, ()) for spec in specs if spec.name not in rows}
    kept = conditions.shown(specs, away | {name: row.values for name, row in rows.items()})
    kinds = all_kinds()
    unseen = {spec.name for spec in specs if _level(spec, kinds, is_agent) == "hidden"}
    if any(spec.shown_if for spec in specs):
        seen = (spec for spec in specs if spec.name not in unseen)
        named = (spec for spec in seen if away.get(spec.name) and kinds[spec.kind].compared)
        filled.known = {spec.name: [kinds[spec.kind].plain(one) for one in away[spec.name]] for spec in named}
    for row in rows.values():
        row.is_settled = any(conditions.names(row.spec.shown_if, name) for name in unseen)
        row.is_hidden = row.spec.name not in kept
        if row.is_hidden:
            row.problem = ""


def _demand(filled: Filled) -> None:
    """Hold that nothing is missing."""
    for row in filled.rows:
        if row.is_required and row.is_judged and not row.problem and not row.kind.is_given(row.values):
            row.problem = str(_("This is needed."))
