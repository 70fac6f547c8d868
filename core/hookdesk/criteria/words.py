"""Conditions in words: the names of operators, and a comparison or a whole group as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel.units import format_unit
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hookdesk.types.criteria import ALONE, SPANS, Comparison, Field, Group, Mode, Operator

OPERATOR_WORDS: Mapping[Operator, Any] = {
    Operator.IS: _l("is"),
    Operator.IS_NOT: _l("is not"),
    Operator.IN: _l("is one of"),
    Operator.NOT_IN: _l("is none of"),
    Operator.CONTAINS: _l("contains"),
    Operator.NOT_CONTAINS: _l("does not contain"),
    Operator.CONTAINS_ANY: _l("contains any of"),
    Operator.STARTS_WITH: _l("begins with"),
    Operator.ENDS_WITH: _l("ends with"),
    Operator.MATCHES: _l("matches the pattern"),
    Operator.NOT_MATCHES: _l("does not match the pattern"),
    Operator.IS_EMPTY: _l("is empty"),
    Operator.IS_NOT_EMPTY: _l("is not empty"),
    Operator.LESS: _l("is less than"),
    Operator.MORE: _l("is more than"),
    Operator.BEFORE: _l("is before"),
    Operator.AFTER: _l("is after"),
    Operator.IS_ME: _l("is me"),
    Operator.IS_NOT_ME: _l("is not me"),
    Operator.IS_MINE: _l("is one of mine"),
    Operator.IS_NOT_MINE: _l("is none of mine"),
    Operator.IN_LAST: _l("is within the last"),
    Operator.OLDER: _l("is longer ago than"),
    Operator.IN_NEXT: _l("is within the next"),
    Operator.DURING: _l("lies in"),
}
"""Operator → its words, in the order in which editors list them."""
MODE_WORDS: Mapping[Mode, Any] = {Mode.ALL: _l("All"), Mode.ANY: _l("Any"), Mode.NONE: _l("None")}
PERIOD_WORDS: Mapping[str, Any] = {
    "past": _l("the past"), "future": _l("the future"), "today": _l("today"), "yesterday": _l("yesterday"),
    "tomorrow": _l("tomorrow"), "this_week": _l("this week"), "last_week": _l("last week"), "next_week": _l("next week"),
    "this_month": _l("this month"), "last_month": _l("last month"), "this_quarter": _l("this quarter"),
    "last_quarter": _l("last quarter"), "this_year": _l("this year"), "last_year": _l("last year"),
}  # fmt: skip
UNIT_WORDS: Mapping[str, Any] = {"m": _l("minutes"), "h": _l("hours"), "d": _l("days"), "w": _l("weeks")}
_CLDR = {"m": "duration-minute", "h": "duration-hour", "d": "duration-day", "w": "duration-week"}
MOST_SHOWN = 4
Labels = Mapping[str, Mapping[Any, str]]
"""Field → value → label; see `choice_labels`."""


def choice_labels(fields: Mapping[str, Field]) -> dict[str, dict[Any, str]]:
    """The labels of the choices of these fields: ask once for a page."""
    return {name: dict(field.choices()) for name, field in fields.items() if field.choices is not None}


def sentence(part: Group | Comparison, fields: Mapping[str, Field], labels: Labels) -> str:
    """A condition as a person would say it: "Subject contains “invoice” and (Channel is E-mail or …)"."""
    if isinstance(part, Comparison):
        return _comparison(part, fields.get(part.field), labels.get(part.field, {}))
    said = [
        f"({words})" if isinstance(inner, Group) and len(inner.parts) > 1 else words
        for inner in part.parts
        for words in [sentence(inner, fields, labels)]
    ]
    if not said:
        return str(_("always"))
    both = _("and") if part.mode is Mode.ALL else _("or")
    joined = f" {both} ".join(said)
    return str(_("none of: %(conditions)s", conditions=joined)) if part.mode is Mode.NONE else joined


def _comparison(part: Comparison, field: Field | None, labels: Mapping[Any, str]) -> str:
    """One comparison in words."""
    label = field.label if field is not None else part.field
    words = f"{label} {OPERATOR_WORDS[part.operator]}"
    if part.operator is Operator.DURING:
        return f"{words} {PERIOD_WORDS[part.value]}"
    if part.operator in SPANS:
        return f"{words} {span_words(part.value)}"
    return words if part.operator in ALONE else f"{words} {value_words(part.value, labels)}"


def span_words(text: str) -> str:
    """A span of time, as in "24 hours"."""
    return format_unit(int(text[:-1]), _CLDR[text[-1]], locale=get_locale() or "en")


def value_words(value: Any, labels: Mapping[Any, str] | None = None) -> str:
    """A value as it is shown: the label of a choice, a text in quotes, the first few of a list."""
    known = labels or {}
    if value is None or value in ("", (), []):
        return str(_("nothing"))
    if isinstance(value, tuple | list):
        shown = ", ".join(value_words(item, known) for item in value[:MOST_SHOWN])
        more = len(value) - MOST_SHOWN
        if more <= 0:
            return shown
        rest = ngettext("and %(num)d more", "and %(num)d more", more)
        return f"{shown} {rest}"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if value in known:
        return known[value]
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(_("“%(text)s”", text=value)) if isinstance(value, str) else str(value)
