"""The one editor of conditions: a form field that holds a checked `Group`, and what its script needs to know of the fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from wtforms import Field as FormField
from wtforms import ValidationError
from wtforms.widgets import TextArea

from hookdesk.criteria import EMPTY, MODE_WORDS, OPERATOR_WORDS, CriteriaProblem, dump, known_fields, load, operators_of
from hookdesk.criteria.words import PERIOD_WORDS, UNIT_WORDS
from hookdesk.types.criteria import ALONE, LISTED, SPANS, Field, FieldType, Group, Operator

MOST_JSON = 400_000


class ConditionsField(FormField):  # type: ignore[misc]  # WTForms is not typed
    """Conditions as a `Group` in `data`; shown by the macro `conditions` of `macros/conditions.html`.

    `among` gives the fields that may be used (all known ones if left out); it is asked when the form is made. `is_stored`: they are asked
    of stored tickets by a reader, so "is me" and "in the last 24 hours" can be said, and patterns cannot (see `criteria.resolved`).
    """

    data: Group | None
    widget = TextArea()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        among: Callable[[], Mapping[str, Field]] = known_fields,
        is_stored: bool = False,
        **given: Any,
    ) -> None:
        """A field over the fields of `among`."""
        super().__init__(label, validators, **given)
        self.fields, self.is_stored = among(), is_stored
        self.sent: str | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read and check the JSON that was sent.

        Raises:
            ValueError: it cannot be used; the message says where and why.
        """
        if not valuelist:
            return
        self.sent = valuelist[0]
        try:
            self.data = load(read_json(self.sent), self.fields, self.is_stored) if self.sent.strip() else EMPTY
        except CriteriaProblem as problem:
            raise ValidationError(str(problem)) from None

    def _value(self) -> str:
        """What stands in the text area: what was sent, else the group as JSON."""
        return self.sent if self.sent is not None else json.dumps(dump(self.data or EMPTY), ensure_ascii=False)

    def show(self, data: Mapping[str, Any]) -> None:
        """Show a stored JSON form that cannot be loaded any more, so that somebody can mend it."""
        self.sent = json.dumps(data, ensure_ascii=False)

    def description_of_fields(self) -> dict[str, Any]:
        """What the script knows: see `editor_data`."""
        return editor_data(self.fields, self.is_stored)


def read_json(text: str) -> Mapping[str, Any]:
    """A JSON object that somebody sent.

    Raises:
        CriteriaProblem: too long, nested too deeply to be read, or not an object.
    """
    if len(text) > MOST_JSON:
        raise CriteriaProblem(_("These conditions are too long: at most %(most)s characters.", most=MOST_JSON))
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise CriteriaProblem(_("These conditions cannot be read: they are no JSON.")) from None
    if not isinstance(data, dict):
        raise CriteriaProblem(_("These conditions cannot be read: they are no group."))
    return data


def editor_data(fields: Mapping[str, Field], is_stored: bool = False) -> dict[str, Any]:
    """Fields with operators and choices, and all words of the editor in the reader's language, as JSON can hold them.

    Fields of a choice that lists none are left out: there would be nothing to choose.
    """
    shown = [field for field in fields.values() if _is_shown(field, is_stored)]
    return {
        "fields": [_field(field, is_stored) for field in shown],
        "operators": {str(one): {"label": str(words), "takes": _takes(one)} for one, words in OPERATOR_WORDS.items()},
        "modes": {str(mode): str(words) for mode, words in MODE_WORDS.items()},
        "periods": [[name, str(words)] for name, words in PERIOD_WORDS.items()],
        "units": [[unit, str(words)] for unit, words in UNIT_WORDS.items()],
        "words": _words(),
    }


def _is_shown(field: Field, is_stored: bool) -> bool:
    """True for a field that can be compared with something."""
    return field.type is not FieldType.CHOICE or field.choices is not None or (bool(field.mine) and is_stored)


def _takes(operator: Operator) -> str:
    """What kind of value an operator is given."""
    if operator in ALONE:
        return "none"
    if operator in SPANS:
        return "span"
    return "many" if operator in LISTED else "period" if operator is Operator.DURING else "one"


def _field(field: Field, is_stored: bool) -> dict[str, Any]:
    """One field."""
    offered = operators_of(field, is_stored)
    operators = [str(operator) for operator in OPERATOR_WORDS if operator in offered]
    choices = [list(choice) for choice in field.choices()] if field.choices is not None else None
    return {
        "name": field.name, "label": str(field.label), "group": str(field.group) or _("More"), "type": str(field.type),
        "operators": operators, "choices": choices,
    }  # fmt: skip


def _words() -> dict[str, str]:
    """What the script writes on its buttons."""
    return {
        "of": _("of these"), "condition": _("Condition"), "group": _("Group"), "remove": _("Remove"),
        "removeGroup": _("Remove group"), "field": _("Field"), "operator": _("Comparison"), "value": _("Value"), "yes": _("Yes"),
        "no": _("No"), "gone": _("Unavailable"), "empty": _("No condition: it holds always."), "choose": _("Choose…"),
        "unit": _("Unit of time"),
        "add": _("Write, then press Enter"), "join": _("How these are joined"),
    }  # fmt: skip
