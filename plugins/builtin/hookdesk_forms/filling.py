"""A form being filled in: what its controls hold, what is wrong with it, and the values that come of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext as _

from hookdesk_forms import conditions
from hookdesk_forms.catalogue import FormSpec
from hookdesk_forms.kinds import FieldKind, FieldProblem, Spec, all_kinds

Values = Mapping[int, tuple[Any, ...]]


@dataclass(slots=True)
class Row:
    """One field of a form: what its control holds, the values out of that, and what is wrong."""

    spec: Spec
    kind: FieldKind
    is_required: bool = False
    typed: list[str] = field(default_factory=list)
    values: tuple[Any, ...] = ()
    problem: str = ""
    is_hidden: bool = False

    @property
    def context(self) -> Mapping[str, Any]:
        """What its control needs besides."""
        return self.kind.context(self.spec)

    @property
    def when(self) -> str:
        """Its condition for the script, as JSON; "" for a field that is always asked for."""
        return json.dumps(self.spec.shown_if) if self.spec.shown_if else ""

    @property
    def is_judged(self) -> bool:
        """True for what is asked for."""
        return bool(self.kind.column) and not self.is_hidden


@dataclass(slots=True)
class Filled:
    """All forms of a page with their rows."""

    sections: list[tuple[FormSpec, list[Row]]]

    @property
    def rows(self) -> list[Row]:
        """Every field that stands in them."""
        return [row for _form, rows in self.sections for row in rows]

    @property
    def problems(self) -> tuple[tuple[str, str, str], ...]:
        """(Id of the control, its label, what is wrong)."""
        return tuple((row.spec.control, row.spec.label, row.problem) for row in self.rows if row.problem)

    @property
    def wire(self) -> dict[str, Any]:
        """Key → what was filled in, as JSON that intake reads again."""
        given = (row for row in self.rows if row.is_judged and row.values)
        return {row.spec.key: [row.kind.plain(value) for value in row.values] for row in given}


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
        rows = [_row(spec, kinds[spec.kind], is_agent) for spec in form.fields if spec.kind in kinds]
        sections.append((form, [row for row in rows if row is not None]))
    filled = Filled([(form, rows) for form, rows in sections if rows])
    for row in filled.rows:
        if row.kind.column:
            _hold(row, stage, stored.get(row.spec.id), fresh)
    _hide(filled, forms, stored)
    if stage == "sent":
        _demand(filled)
    return filled


def _row(spec: Spec, kind: FieldKind, is_agent: bool) -> Row | None:
    """A field, if it is for this person to fill in."""
    level = spec.level(is_agent)
    if level == "hidden" or (level == "shown" and kind.column):
        return None
    return Row(spec, kind, is_required=level == "required" and bool(kind.column))


def _hold(row: Row, stage: str, stored: tuple[Any, ...] | None, fresh: bool) -> None:
    """Put into the control what belongs there, and read it."""
    if stage == "shown":
        row.values = stored or ()
        row.typed = [row.kind.typed(row.spec, value) for value in row.values]
        if fresh and stored is None and row.spec.options.get("default"):
            row.typed = [str(row.spec.options["default"])]
        return
    try:
        row.typed = row.kind.sent(row.spec, request)
        row.values = row.kind.accept(row.spec, row.typed)
    except FieldProblem as problem:
        row.problem = str(problem) if stage == "sent" else ""


def _hide(filled: Filled, forms: Sequence[FormSpec], stored: Values) -> None:
    """Find out which fields are not asked for; what was filled in there does not count."""
    rows = {row.spec.key: row for row in filled.rows}
    specs = [spec for form in forms for spec in form.fields]
    values = {spec.key: rows[spec.key].values if spec.key in rows else stored.get(spec.id, ()) for spec in specs}
    kept = conditions.shown(specs, values)
    for row in rows.values():
        row.is_hidden = row.spec.key not in kept
        if row.is_hidden:
            row.problem = ""


def _demand(filled: Filled) -> None:
    """Hold that nothing is missing."""
    for row in filled.rows:
        if row.is_required and row.is_judged and not row.problem and not row.kind.is_given(row.values):
            row.problem = str(_("This is needed."))
