"""What rules about new tickets can do with fields: fill one in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import ActionField, FilterAction, TicketDraft
from hookdesk_forms import catalogue
from hookdesk_forms.intake import held
from hookdesk_forms.kinds import FieldKind, FieldProblem, Spec, all_kinds

Values = Mapping[str, Any]


def actions() -> list[FilterAction]:
    """One: which field, and what goes into it."""
    hint = _("As a requester would write it; of a choice its words. One value a line where there can be several.")
    fields = (
        ActionField("field", _("Field"), "choice", _fields),
        ActionField("to", _("Value"), "lines", hint=hint),
    )
    return [FilterAction("field", _("Fill in a field"), _filled, fields=fields, check=_problem)]


def _fields() -> list[tuple[str, str]]:
    """The fields of tickets that can be filled in."""
    specs = catalogue.fields_of("ticket").values()
    return [(spec.key, spec.label) for spec in specs if not spec.is_archived and _kind(spec)]


def _kind(spec: Spec) -> FieldKind | None:
    """The kind of a field, if a rule can fill it in."""
    kind = all_kinds().get(spec.kind)
    return kind if kind is not None and kind.column not in ("", "data") else None


def _filled(draft: TicketDraft, values: Values) -> TicketDraft:
    """The draft with that value."""
    spec, kind, given = _read(values)
    return draft.replace(fields={**draft.fields, spec.wire: held(kind, spec, given)})


def _problem(values: Values) -> str:
    """Why the field cannot be filled in so."""
    try:
        _read(values)
    except FieldProblem as problem:
        return str(problem)
    return ""


def _read(values: Values) -> tuple[Spec, FieldKind, tuple[Any, ...]]:
    """The field, its kind, and the values that are meant.

    Raises:
        FieldProblem: the field is gone or archived, or does not take them.
    """
    spec = catalogue.fields_of("ticket").get(str(values.get("field")))
    kind = _kind(spec) if spec is not None else None
    if spec is None or kind is None or spec.is_archived:
        raise FieldProblem(_("This field is not there any more."))
    text = str(values.get("to") or "")
    given = kind.accept(spec, text.splitlines() if kind.is_multiple(spec) else text)
    if not given:
        raise FieldProblem(_("Write what the field is to hold."))
    return spec, kind, given
