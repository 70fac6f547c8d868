"""Kinds that are chosen: from lines of the field itself, and yes or no."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length

from hookdesk.api import FieldType, clean_line, clean_text
from hookdesk_forms.kinds.base import FieldKind, FieldProblem, Pairs, Spec, menu, text_of

MOST_LINES = 200
_KEY = re.compile(r"[^\W_][\w.-]{0,39}")


class Chosen(FieldKind):
    """What all kinds share that offer something to choose from."""

    compared = FieldType.CHOICE
    template = "forms/controls/choices.html"

    def is_multiple(self, spec: Spec) -> bool:
        """As the admin said."""
        return bool(spec.options.get("is_multiple"))

    def choices(self, spec: Spec) -> Pairs:
        """What can be chosen."""
        raise NotImplementedError

    def one(self, spec: Spec, given: Any) -> str | None:
        """What is stored of a choice, which may be given by that or by its words."""
        text = clean_line(text_of(given))
        if not text:
            return None
        pairs = self.choices(spec)
        found = next((key for key, _label in pairs if key == text), None)
        if found is None:
            folded = text.casefold()
            found = next((key for key, label in pairs if folded in (key.casefold(), str(label).casefold())), None)
        if found is None:
            raise FieldProblem(_("%(given)s cannot be chosen here.", given=text[:100]))
        return found

    def words(self, spec: Spec, values: Sequence[Any]) -> str:
        """The choices by their words; what is not there any more says so."""
        known = dict(self.choices(spec))
        return ", ".join(str(known.get(value) or _("Unavailable")) for value in values)

    def context(self, spec: Spec) -> Mapping[str, Any]:
        """The choices, and how they are offered."""
        look = str(spec.options.get("look") or "menu")
        return {"choices": self.choices(spec), "look": look, "is_multiple": self.is_multiple(spec)}


class Choice(Chosen):
    """One or several of some lines that stand in the field itself."""

    name = "choice"
    label = _l("Choice")

    def controls(self) -> Mapping[str, Any]:
        """The lines, and how they are offered."""
        return {
            "lines": TextAreaField(
                _l("Choices"),
                [Length(max=40_000)],
                filters=[clean_text],
                description=_l(
                    "One a line. “win: Windows” stores win and shows Windows; rules and programs use what is stored."
                ),
            ),
            "look": look(),
            "is_multiple": BooleanField(_l("Several can be chosen")),
            "prompt": StringField(_l("Words of the empty choice"), [Length(max=100)], filters=[clean_line]),
        }

    def check(self, options: Mapping[str, Any]) -> Mapping[str, str]:
        """There must be choices, not too many, and no two alike."""
        pairs = lines_of(options)
        keys = [key.casefold() for key, _label in pairs]
        if not pairs:
            return {"lines": _("Write at least one choice.")}
        if len(pairs) > MOST_LINES:
            told = _("These are %(count)s choices; a field holds %(most)s. Make a list of them, which holds 5,000.",
                     count=len(pairs), most=MOST_LINES)  # fmt: skip
            return {"lines": told}
        if doubled := next((key for key in keys if keys.count(key) > 1), None):
            return {"lines": _("%(what)s is there twice.", what=doubled)}
        if too_long := next((key for key, label in pairs if len(key) > 40 or len(label) > 200), None):
            return {"lines": _("%(what)s is too long.", what=too_long[:60])}
        return {}

    def choices(self, spec: Spec) -> Pairs:
        """The lines."""
        return lines_of(spec.options)


class YesNo(FieldKind):
    """Yes or no."""

    name = "boolean"
    label = _l("Yes or no")
    column = "flag"
    compared = FieldType.BOOLEAN
    template = "forms/controls/switch.html"

    def controls(self) -> Mapping[str, Any]:
        """What is agreed to."""
        return {"words": StringField(_l("Words beside the box"), [Length(max=200)], filters=[clean_line])}

    def one(self, spec: Spec, given: Any) -> bool:
        """A form sends "y" or "n", programs what they like."""
        if isinstance(given, bool | int | float):
            return bool(given)
        text = text_of(given).strip().lower()
        if text in ("0", "n", "no", "off", "false"):
            return False
        if text in ("1", "y", "yes", "on", "true"):
            return True
        raise FieldProblem(_("This is neither yes nor no."))

    def accept(self, spec: Spec, given: Any) -> tuple[Any, ...]:
        """The last one counts: a form sends "n", and "y" behind it if the box is ticked."""
        return super().accept(spec, given[-1:] if isinstance(given, list) else given)

    def is_given(self, values: Sequence[Any]) -> bool:
        """Where it is required, a yes is."""
        return any(values)

    def typed(self, spec: Spec, value: Any) -> str:
        """Ticked or not."""
        return "y" if value else "n"

    def words(self, spec: Spec, values: Sequence[Any]) -> str:
        """In words."""
        return str(_("Yes")) if any(values) else str(_("No"))


def look() -> Any:
    """How choices are offered."""
    return menu(_l("Shown as"), [("menu", _l("A menu")), ("buttons", _l("Buttons, one below the other"))])


def lines_of(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The lines as (key, label). A line without a colon, or whose beginning is no key, is its own key."""
    found = []
    for line in filter(None, map(clean_line, str(options.get("lines") or "").splitlines())):
        key, colon, label = (part.strip() for part in line.partition(":"))
        found.append((key, label) if colon and label and _KEY.fullmatch(key) else (line, line))
    return found
