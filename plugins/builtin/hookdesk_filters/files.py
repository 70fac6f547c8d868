"""Rules as a file that people can read and keep in a repository: JSON, in their order, with names where the site has ids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Field, FilterAction, criteria, transact
from hookdesk_filters import cache, services
from hookdesk_filters.rules import ActionWords, RuleProblem, RuleValues, checked, early_fields, known_actions

FORMAT = "hookdesk-filters"
VERSION = 1
Labels = Mapping[Any, str]


@dataclass(frozen=True, slots=True)
class FileRule:
    """A rule of a file."""

    values: RuleValues
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """What an import did."""

    added: int
    changed: int
    same: int


def exported() -> str:
    """Every rule as a file."""
    names = _Names()
    on = {rule_id for rule_id, _version, _values in cache.stored()}
    rules = [{"active": rule_id in on, **names.written(values)} for rule_id, _version, values in cache.stored(None)]
    return json.dumps({"format": FORMAT, "version": VERSION, "filters": rules}, ensure_ascii=False, indent=2) + "\n"


def read(text: str) -> list[FileRule]:
    """The rules of a file, with the site's own ids.

    Raises:
        RuleProblem: it is none, or a rule of it names what this site does not have; the message names the rule.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RuleProblem("content", _("This is no JSON: %(error)s", error=str(error)[:200])) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
        raise RuleProblem("content", _("This is no file of filters, or of another version."))
    rules = data.get("filters")
    if not isinstance(rules, list):
        raise RuleProblem("content", _("The file has no list of filters."))
    names = _Names()
    found = [names.read(item, place) for place, item in enumerate(rules, 1)]
    twice = {rule.values.name.casefold() for rule in found}
    if len(twice) != len(found):
        raise RuleProblem("content", _("Two filters of the file have the same name."))
    return found


def imported(actor: Actor, rules: Sequence[FileRule]) -> Done:
    """Store the rules of a file: one whose name is known gets a new version, others are added at the end. All are checked first.

    Raises:
        RuleProblem: one of them cannot be stored; then none was.
    """
    good = [_checked(rule.values) for rule in rules]
    known = {values.name.casefold(): (rule_id, values) for rule_id, _version, values in cache.stored(None)}
    before = [known.get(values.name.casefold(), (None, None)) for values in good]

    def work(session: Session) -> None:
        for rule, values, (rule_id, _values) in zip(rules, good, before, strict=True):
            services.set_active(session, actor, services.keep(session, actor, values, rule_id), rule.is_active)

    transact(work)
    added = sum(rule_id is None for rule_id, _values in before)
    same = sum(stored == values for (_id, stored), values in zip(before, good, strict=True))
    return Done(added, len(rules) - added - same, same)


def _checked(values: RuleValues) -> RuleValues:
    """The values of a rule, cleaned; what is wrong is told with its name."""
    try:
        return checked(values)
    except RuleProblem as problem:
        raise RuleProblem("content", f"{values.name}: {problem}") from None


def references(values: RuleValues) -> set[str]:
    """What a rule names, as "field:value" and, of what it compares, also as "field": for "which filters use this department"."""
    found = {f"{item['do']}:{value}" for item in values.actions for value in (item.get("with") or {}).values()}
    compared = list(_compared(values.conditions))
    return found | {f"{name}:{value}" for name, value in compared} | {name for name, _value in compared}


def users(kind: str, value: Any) -> list[tuple[int, str]]:
    """Id and name of the rules that name something, on or off."""
    wanted = f"{kind}:{value}"
    return [(rule_id, values.name) for rule_id, _version, values in cache.stored(None) if wanted in references(values)]


def referring(ref: str) -> list[tuple[int, str]]:
    """The same for a reference as the hook `reference_uses` has it: "status:2", "topics:3"."""
    kind, _colon, value = ref.partition(":")
    wanted = {f"{'assignee' if kind == 'agent' else kind}:{value}", f"topic:{ref}", f"sla:{ref}"}
    return [(rule_id, values.name) for rule_id, _version, values in cache.stored(None) if wanted & references(values)]


def _compared(part: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Field and value of each comparison of a stored condition."""
    for inner in part.get("parts", ()):
        if "mode" in inner:
            yield from _compared(inner)
        else:
            value = inner.get("value")
            yield from ((inner["field"], one) for one in (value if isinstance(value, list) else [value]))


class _Names:
    """The site's choices by name, and names by choice: as they are stored, whichever language the reader has."""

    def __init__(self) -> None:
        """Ask once."""
        self.fields: Mapping[str, Field] = early_fields()
        self.actions: Mapping[str, FilterAction] = known_actions()
        self._words = ActionWords()
        with force_locale(cache.LANGUAGE):  # a file is the same whoever asks for it
            self._labels = criteria.choice_labels(self.fields)

    def written(self, values: RuleValues) -> dict[str, Any]:
        """A rule as the file has it."""
        actions = [{"do": item["do"], "with": self._named_values(item, _label)} for item in values.actions]
        conditions = {key: value for key, value in self._part(values.conditions, _label).items() if key != "version"}
        return {
            "name": values.name, "channels": list(values.channels), "conditions": conditions, "actions": actions,
            "stops": values.stops, "notes": values.notes,
        }  # fmt: skip

    def read(self, item: Any, place: int) -> FileRule:
        """A rule of the file as the site has it."""
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise RuleProblem("content", _("Filter %(place)s of the file has no name.", place=place))
        try:
            conditions = {"version": 1, **self._part(item.get("conditions") or {"mode": "all", "parts": []}, _value)}
            actions = tuple(
                {"do": str(action["do"]), "with": self._named_values(action, _value)}
                for action in item.get("actions", ())
            )
            values = RuleValues(
                item["name"], conditions, actions, tuple(map(str, item.get("channels", ()))), bool(item.get("stops")),
                str(item.get("notes", "")),
            )  # fmt: skip
        except RecursionError:
            raise RuleProblem("content", _("%(name)s: its groups are nested too deeply.", name=item["name"])) from None
        except (KeyError, TypeError, AttributeError):
            raise RuleProblem("content", _("%(name)s: this cannot be read.", name=item["name"][:100])) from None
        return FileRule(values, bool(item.get("active", True)))

    def _part(self, part: Any, turned: Any) -> dict[str, Any]:
        """A group or comparison with its values turned into names, or back."""
        if "mode" in part:
            return {**part, "parts": [self._part(inner, turned) for inner in part["parts"]]}
        labels = self._labels.get(part["field"])
        if labels is None or "value" not in part:
            return dict(part)
        value = part["value"]
        return {
            **part,
            "value": [turned(one, labels) for one in value] if isinstance(value, list) else turned(value, labels),
        }

    def _named_values(self, action: Mapping[str, Any], turned: Any) -> dict[str, Any]:
        """The values of an action, turned."""
        known = self.actions.get(action["do"])
        values = dict(action.get("with") or {})
        if known is None:
            return values
        for field in known.fields:
            if field.kind == "choice" and field.choices is not None and values.get(field.name) is not None:
                with force_locale(cache.LANGUAGE):
                    values[field.name] = turned(values[field.name], self._words.labels(known, field))
        return values


def _label(value: Any, labels: Labels) -> Any:
    """The name of a choice, where it has one."""
    return labels.get(value, value)


def _value(label: Any, labels: Labels) -> Any:
    """The choice of a name; what is none stays, and is told about when it is checked."""
    return next((value for value, known in labels.items() if known == label), label)
