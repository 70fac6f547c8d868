"""Fields of what comes in: read from what a form or a program sent, held against the forms, stored with the ticket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import Actor, InboundMessage, TicketDraft, explain
from hookdesk_forms import catalogue, conditions, values
from hookdesk_forms.kinds import FieldKind, FieldProblem, Spec, all_kinds

PROBLEMS = "forms:problems"
"""Where a message carries what could not be taken. No field has such a name; what a program sends under it is dropped."""
ASKED = ("portal", "api")
"""Channels on which what is required is required. Never mail: it must not be lost. The desk asks its agents in its own form."""


def normal(message: InboundMessage) -> InboundMessage | None:
    """The message with its fields as values of their kinds, without those that are not asked for."""
    if not message.fields:
        return None
    kinds, problems = all_kinds(), dict[str, str]()
    read: dict[str, tuple[Any, ...]] = {}
    specs = list(_named(message.fields))
    for name, spec in specs:
        try:
            read[spec.name] = _accepted(spec, kinds.get(spec.kind), message.fields[name])
        except FieldProblem as problem:
            problems[spec.label] = str(problem)
    asked = [spec for form in catalogue.forms_of("ticket", message.topic) for spec in form.fields]
    left_out = {spec.name for spec in asked} - conditions.shown(asked, read)
    ours = {name for name, _spec in specs}
    found = {name: value for name, value in message.fields.items() if name not in ours and name != PROBLEMS}
    for _name, spec in specs:
        if read.get(spec.name) and spec.name not in left_out:
            found[spec.wire] = held(kinds[spec.kind], spec, read[spec.name])
    if problems:
        found[PROBLEMS] = problems
    if found == message.fields:
        return None
    explain(_("filled in: %(names)s", names=", ".join(spec.label for _name, spec in specs)[:300]))
    return message.replace(fields=found)


def _named(given: Mapping[str, Any]) -> Iterator[tuple[str, Spec]]:
    """The fields that a message names, each with the name that it uses: a form names a user's field otherwise than a program does."""
    for key, spec in catalogue.fields_of("ticket", given).items():
        yield key, spec
    keys = {name.removeprefix("user:") for name in given}
    for key, spec in catalogue.fields_of("user", keys).items():
        yield (spec.wire if spec.wire in given else key), spec


def _accepted(spec: Spec, kind: FieldKind | None, given: Any) -> tuple[Any, ...]:
    """The values; nothing for a field that is archived or whose kind is not there."""
    return kind.accept(spec, given) if kind is not None and kind.column and not spec.is_archived else ()


def held(kind: FieldKind, spec: Spec, given: Sequence[Any]) -> Any:
    """Values as a draft holds them: a tuple where there can be several."""
    return tuple(given) if kind.is_multiple(spec) else given[0]


def with_values(draft: TicketDraft) -> TicketDraft | None:
    """The draft with the rows of its values. Those about its requester go to them once the ticket is there: see `persons.settled`."""
    if not draft.fields:
        return None
    kinds, rows = all_kinds(), []
    for name, spec in _named(draft.fields):
        try:
            given = _accepted(spec, kinds.get(spec.kind), draft.fields[name])
        except FieldProblem as problem:
            explain(_("%(label)s is not stored: %(reason)s", label=spec.label, reason=str(problem)))
            continue
        rows += values.rows(spec, kinds[spec.kind], given) if given else []
    if not rows:
        return None
    explain(_("what was filled in is stored with it"))
    return draft.with_rows(values.TABLE, *rows)


def problems(draft: TicketDraft) -> list[str]:
    """Why a ticket cannot be made: values that could not be taken, and required ones that are missing."""
    message = draft.message
    if message.channel not in ASKED:
        return []
    found: dict[str, str] = dict(message.fields.get(PROBLEMS, {}))
    asked = [spec for form in catalogue.forms_of("ticket", message.topic) for spec in form.fields]
    for spec in missing(asked, {spec.name: _as_tuple(message.fields.get(spec.wire)) for spec in asked}):
        if spec.requester == "required":
            found.setdefault(spec.label, str(_("This is needed.")))
    return [f"{label}: {words}" for label, words in found.items()]


def missing(asked: Sequence[Spec], given: Mapping[str, tuple[Any, ...]]) -> list[Spec]:
    """The fields that are asked for and in which nothing, or not enough, was filled in."""
    kinds, kept = all_kinds(), conditions.shown(asked, given)
    answering = (spec for spec in asked if spec.name in kept and spec.kind in kinds and kinds[spec.kind].column)
    return [spec for spec in answering if not kinds[spec.kind].is_given(given.get(spec.name, ()))]


def _as_tuple(value: Any) -> tuple[Any, ...]:
    """What a message holds for a field."""
    return value if isinstance(value, tuple) else () if value is None else (value,)


def needed_to_close(ticket: Mapping[str, Any], actor: Actor) -> str | None:
    """Why an open ticket cannot be closed yet, or None. Requesters are not told of fields that they do not see."""
    asked = [spec for form in catalogue.forms_of("ticket", ticket["topic_ref"]) for spec in form.fields]
    if ticket["state"] == "closed" or not any(spec.is_needed_to_close for spec in asked):
        return None
    stored = values.read("ticket", ticket["id"])
    empty = missing(asked, {spec.name: stored.get(spec.id, ()) for spec in asked})
    needed = [spec for spec in empty if spec.is_needed_to_close]
    if not needed:
        return None
    knows = actor.is_agent or actor.is_system
    labels = [spec.label for spec in needed if knows or spec.level(False) != "hidden"]
    if not labels:
        return str(_("Somebody here has to fill in something first."))
    return str(_("Fill in first: %(names)s", names=", ".join(labels)))
