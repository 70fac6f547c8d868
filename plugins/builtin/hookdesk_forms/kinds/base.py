"""What a kind of field is: how it is filled in, checked, stored, compared, shown. Plugins bring more by the hook `field_kinds`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask import Request
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from hookdesk.api import FieldType

Pairs = Sequence[tuple[str, str]]
"""Choices: what is stored, and the words for it."""


def menu(label: Any, pairs: Sequence[tuple[str, Any]], **given: Any) -> SelectField:
    """A choice for an admin: pairs of value and words, the first of them chosen at first."""
    choices = [SelectChoice(value, words) for value, words in pairs]
    return SelectField(label, choices=choices, **{"default": pairs[0][0], **given})


class FieldProblem(ValueError):
    """What was filled in cannot be taken; the words are for whoever did."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A field as an admin made it; see the model `Field`."""

    id: int
    form_id: int
    about: str
    key: str
    kind: str
    label: str
    hint: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    list_id: int | None = None
    requester: str = "open"
    agent: str = "open"
    is_needed_to_close: bool = False
    shown_if: Mapping[str, Any] | None = None
    position: int = 0
    is_archived: bool = False

    @property
    def name(self) -> str:
        """Its name in conditions and in the log of a ticket: "field:os", "user-field:region"."""
        return f"field:{self.key}" if self.about == "ticket" else f"{self.about}-field:{self.key}"

    @property
    def control(self) -> str:
        """The name and id of its control in forms."""
        return self.name.replace(":", "-")

    @property
    def wire(self) -> str:
        """Its name among the fields of a message that a form sends. Programs write the key alone."""
        return self.key if self.about == "ticket" else f"{self.about}:{self.key}"

    def level(self, is_agent: bool) -> str:
        """What somebody does with it: "hidden", "shown", "open" or "required"."""
        return self.agent if is_agent else self.requester


class FieldKind:
    """A kind of field. Values are plain Python ones (str, float, bool, aware datetime …), in a tuple, empty where nothing was filled in."""

    name: ClassVar[str]
    label: ClassVar[Any]
    column: ClassVar[str] = "text"
    """Where a value is stored: "text" (at most 500 characters), "body", "number", "moment", "flag" or "data"; "" for what asks nothing."""
    compared: ClassVar[FieldType | None] = FieldType.TEXT
    """What it is to conditions; None if they cannot name it."""
    template: ClassVar[str] = "forms/controls/line.html"
    """The control; it is given `row`."""
    is_internal: ClassVar[bool] = False
    """True for what requesters never see, whatever the field says."""

    def controls(self) -> Mapping[str, Any]:
        """What an admin states about such a field: name → unbound WTForms field."""
        return {}

    def check(self, options: Mapping[str, Any]) -> Mapping[str, str]:
        """Option → what is wrong with it."""
        return {}

    def is_multiple(self, spec: Spec) -> bool:
        """True if several values can be given."""
        return False

    def one(self, spec: Spec, given: Any) -> Any:
        """One value out of what a form (text) or a program (JSON) gave; None for nothing.

        Raises:
            FieldProblem: it cannot be taken.
        """
        raise NotImplementedError

    def sent(self, spec: Spec, request: Request, stage: str) -> list[Any]:
        """What a form sent for it; `stage` as in the hook `ticket_form_parts`."""
        return request.form.getlist(spec.control)

    def accept(self, spec: Spec, given: Any) -> tuple[Any, ...]:
        """The values out of what was given, a list or not, without doubles.

        Raises:
            FieldProblem: one of them cannot be taken, or there is more than one where one is asked for.
        """
        items = given if isinstance(given, list | tuple) else [given]
        found = dict.fromkeys(self.one(spec, item) for item in items if item not in (None, ""))
        found.pop(None, None)
        if len(found) > 1 and not self.is_multiple(spec):
            raise FieldProblem(_("Only one value can be given here."))
        return tuple(found)

    def is_given(self, values: Sequence[Any]) -> bool:
        """True if this is enough where the field is required."""
        return bool(values)

    def plain(self, value: Any) -> Any:
        """A value as JSON; `one` takes it again."""
        return value

    def handed_on(self, value: Any) -> Any:
        """A value as a form hands it on to intake, in JSON; `one` takes it again."""
        return self.plain(value)

    def typed(self, spec: Spec, value: Any) -> str:
        """A value as its control holds it."""
        return str(value)

    def words(self, spec: Spec, values: Sequence[Any]) -> str:
        """Values for people, in one line where they are short."""
        return ", ".join(str(value) for value in values)

    def html(self, spec: Spec, values: Sequence[Any]) -> Markup:
        """Values as pages show them."""
        return Markup("<bdi>{}</bdi>").format(self.words(spec, values))

    def context(self, spec: Spec) -> Mapping[str, Any]:
        """What its control needs besides."""
        return {}

    def choices(self, spec: Spec) -> Pairs | None:
        """What can be chosen; None where anything can be filled in."""
        return None


def text_of(given: Any) -> str:
    """What was given as text.

    Raises:
        FieldProblem: it is a list, an object or a yes or no.
    """
    if isinstance(given, str):
        return given
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise FieldProblem(_("This is no text."))
    return f"{given:.15g}" if isinstance(given, float) else str(given)
