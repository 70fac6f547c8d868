"""The fields of a settings class: how they are stated, described for a form, and read from one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Any, get_args, get_origin, get_type_hints

from flask_babel import gettext as _

MASK = "••••••••"
"""Stands in a form for a secret that is set: sent back unchanged it keeps the secret, emptied it clears it."""
LONGEST = {"text": 1000, "secret": 1000, "multiline": 20_000, "list": 1000}
_STATED = "hookdesk"

Choices = Sequence[tuple[str, object]] | Callable[[], Sequence[tuple[str, object]]]


class SettingsError(Exception):
    """A settings class or a stored value cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class SettingField:
    """One field of a settings form.

    `kind` is text, number, boolean, choice, list (one entry a line), multiline or secret. `minimum` and `maximum` bound a number's
    value, a text's length in characters, or a list's count of entries. `check` says what else is wrong with a value, or "".
    One that `is_elsewhere` is set on a page of its own.
    """

    name: str
    label: str
    help: str
    kind: str
    default: Any
    choices: tuple[tuple[str, str], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    is_whole: bool = False
    check: Callable[[Any], str] | None = None
    is_elsewhere: bool = False

    def fit(self, value: Any) -> Any:
        """The value in the field's own type.

        Raises:
            ValueError: it is of another type or out of bounds; the message is for the admin.
        """
        if self.kind == "list":
            good = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
            value = tuple(value) if good else value
        elif self.kind == "number":
            good = type(value) is int or (type(value) is float and not self.is_whole and isfinite(value))
            value = float(value) if good and not self.is_whole else value
        else:
            good = isinstance(value, bool if self.kind == "boolean" else str)
        if not good:
            raise ValueError(_("This is not a %(kind)s.", kind=self.kind))
        if self.choices and value not in dict(self.choices):
            raise ValueError(_("This is none of the choices."))
        self._bound(value)
        if self.check is not None and (problem := self.check(value)):
            raise ValueError(problem)
        return value

    def _bound(self, value: Any) -> None:
        """Hold a value against the bounds."""
        if self.kind == "boolean":
            return
        is_number = self.kind == "number"
        size = value if is_number else len(value)
        if self.minimum is not None and size < self.minimum:
            least = _("This must be at least %(bound)g.", bound=self.minimum)
            raise ValueError(least if is_number else _("This is too short."))
        if self.maximum is not None and size > self.maximum:
            most = _("This must be at most %(bound)g.", bound=self.maximum)
            raise ValueError(most if is_number else _("This is too long."))

    def read(self, text: str) -> Any:
        """The value that somebody typed.

        Raises:
            ValueError: as for `fit`, or the text is no number.
        """
        if self.kind == "boolean":
            return text.lower() in ("1", "on", "true", "yes", "y")
        if self.kind == "list":
            return self.fit(tuple(line.strip() for line in text.splitlines() if line.strip()))
        if self.kind == "number":
            try:
                return self.fit(int(text) if self.is_whole else float(text))
            except ValueError as error:
                raise ValueError(
                    _("This is not a number.") if "literal" in str(error) or "convert" in str(error) else str(error)
                ) from None
        return self.fit(text.replace("\r\n", "\n") if self.kind == "multiline" else text.strip())


def setting(
    default: Any,
    *,
    label: object,
    help: object = "",
    secret: bool = False,
    choices: Choices = (),
    minimum: float | None = None,
    maximum: float | None = None,
    multiline: bool = False,
    check: Callable[[Any], str] | None = None,
    elsewhere: bool = False,
) -> Any:
    """State a field of a settings class (a frozen dataclass). `label` and `help` may be lazy translations.

    The annotation says the type: str, int, float, bool or tuple[str, ...]. `secret` values are encrypted with the instance's key, or
    given as `$env:NAME` or `$file:path`, and never shown again. `choices` are (value, label) pairs or a function that returns them.
    `check` gets a value that fits otherwise and returns what is wrong with it, in words for the admin, or "". A field that is set
    `elsewhere`, on a page of the plugin's own, is left out of the generated form.
    """
    stated = {
        "label": label,
        "help": help,
        "kind": "secret" if secret else "choice" if choices else "multiline" if multiline else "",
        "choices": choices,
        "minimum": minimum,
        "maximum": maximum,
        "check": check,
        "elsewhere": elsewhere,
    }
    default = tuple(default) if isinstance(default, list) else default
    return dataclasses.field(default=default, repr=not secret, metadata={_STATED: stated})


def describe(settings_type: type) -> list[SettingField]:
    """The fields from which the admin's form is generated; [] for a class without settings. A secret's value is never among them.

    Raises:
        SettingsError: a field was not made with `setting()`, or its type has no form.
    """
    if not dataclasses.is_dataclass(settings_type):
        return []
    hints = _hints(settings_type)
    return [_described(item, hints[item.name], settings_type.__name__) for item in dataclasses.fields(settings_type)]


@cache
def _hints(settings_type: type) -> dict[str, Any]:
    """The types of a class's fields; Python works them out slowly."""
    return get_type_hints(settings_type)


def _described(item: dataclasses.Field[Any], annotation: Any, owner: str) -> SettingField:
    """One field as the form needs it."""
    stated = item.metadata.get(_STATED)
    plain = {str: "text", int: "number", float: "number", bool: "boolean"}.get(annotation)
    kind = "list" if get_origin(annotation) is tuple and get_args(annotation)[:1] == (str,) else plain
    if stated is None or kind is None:
        raise SettingsError(
            f"{owner}.{item.name} must be str, int, float, bool or tuple[str, ...] and made with setting()"
        )
    choices = stated["choices"]() if callable(stated["choices"]) else stated["choices"]
    shown = tuple((str(value), label) for value, label in choices)
    kind = stated["kind"] or kind
    maximum = stated["maximum"] if stated["maximum"] is not None else LONGEST.get(kind)
    return SettingField(
        item.name,
        stated["label"],
        stated["help"],
        kind,
        item.default,
        shown,
        stated["minimum"],
        maximum,
        annotation is int,
        stated["check"],
        stated["elsewhere"],
    )


def parse(settings_type: type, form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Values and errors by field name, from what a form sent. Only what could be read is among the values.

    A checkbox that is absent is off; any other absent field, and a secret sent back as `MASK`, keeps what is stored.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field in describe(settings_type):
        text = form.get(field.name, "" if field.kind == "boolean" and not field.is_elsewhere else None)
        if text is None or (field.kind == "secret" and text == MASK):
            continue
        try:
            values[field.name] = field.read(text)
        except ValueError as error:
            errors[field.name] = str(error)
    return values, errors
