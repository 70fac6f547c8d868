"""Fields of what comes in: read from what a form or a program sent, held against the forms, stored with the ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import InboundMessage, TicketDraft, explain
from hookdesk_forms import catalogue, conditions, values
from hookdesk_forms.kinds import FieldKind, FieldProblem, Spec, all_kinds

PROBLEMS = "forms:problems"
"""Where a message carries what could not be taken: no form and no program can name a field so."""
ASKED = ("portal", "api")
"""Channels on which what is required is required. Never mail: it must not be lost. The desk asks its agents in its own form."""


def normal(message: InboundMessage) -> InboundMessage | None:
    """The message with its fields as values of their kinds, without those that are not asked for."""
    given = message.fields
    if not given:
        return None
    kinds, found = all_kinds(), dict(given)
    specs = catalogue.fields_of("ticket", given)
    problems: dict[str, str] = {}
    read: dict[str, tuple[Any, ...]] = {}
    for key, spec in specs.items():
        del found[key]
        try:
            read[key] = _accepted(spec, kinds.get(spec.kind), given[key])
        except FieldProblem as problem:
            problems[spec.label] = str(problem)
    asked = [spec for form in catalogue.forms_of("ticket", message.topic) for spec in form.fields]
    kept = conditions.shown(asked, read) | (specs.keys() - {spec.key for spec in asked})
    found |= {key: held(kinds[specs[key].kind], specs[key], read[key]) for key in read if read[key] and key in kept}
    if problems:
        found[PROBLEMS] = problems
    return message.replace(fields=found) if found != given else None


def _accepted(spec: Spec, kind: FieldKind | None, given: Any) -> tuple[Any, ...]:
    """The values; nothing for a field that is archived or whose kind is not there."""
    return kind.accept(spec, given) if kind is not None and kind.column and not spec.is_archived else ()


def held(kind: FieldKind, spec: Spec, given: Sequence[Any]) -> Any:
    """Values as a draft holds them: a tuple where there can be several."""
    return tuple(given) if kind.is_multiple(spec) else given[0]


def with_values(draft: TicketDraft) -> TicketDraft | None:
    """The draft with the rows of its values."""
    specs = catalogue.fields_of("ticket", draft.fields) if draft.fields else {}
    kinds, rows = all_kinds(), []
    for key, spec in specs.items():
        try:
            given = _accepted(spec, kinds.get(spec.kind), draft.fields[key])
        except FieldProblem as problem:
            explain(_("%(label)s is not stored: %(reason)s", label=spec.label, reason=str(problem)))
            continue
        rows += values.rows(spec, kinds[spec.kind], given) if given else []
    return draft.with_rows(values.TABLE, *rows) if rows else None


def problems(draft: TicketDraft) -> list[str]:
    """Why a ticket cannot be made: values that could not be taken, and required ones that are missing."""
    message = draft.message
    if message.channel not in ASKED:
        return []
    found: dict[str, str] = dict(message.fields.get(PROBLEMS, {}))
    kinds = all_kinds()
    asked = [spec for form in catalogue.forms_of("ticket", message.topic) for spec in form.fields]
    kept = conditions.shown(asked, {spec.key: _as_tuple(message.fields, spec.key) for spec in asked})
    for spec in asked:
        kind = kinds.get(spec.kind)
        if spec.requester != "required" or kind is None or not kind.column or spec.key not in kept:
            continue
        if not kind.is_given(_as_tuple(message.fields, spec.key)):
            found.setdefault(spec.label, str(_("This is needed.")))
    return [f"{label}: {words}" for label, words in found.items()]


def _as_tuple(fields: Mapping[str, Any], key: str) -> tuple[Any, ...]:
    """What a message holds for a field."""
    value = fields.get(key)
    return value if isinstance(value, tuple) else () if value is None else (value,)
