"""The form that is made from a settings class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, Field, PasswordField, SelectField, StringField, TextAreaField
from wtforms.widgets import PasswordInput

from hookdesk.api import Form, SettingField, describe


def on_form(settings_type: type) -> list[SettingField]:
    """The fields of a settings class that have no page of their own."""
    return [field for field in describe(settings_type) if not field.is_elsewhere]


def settings_form(fields: Sequence[SettingField], values: Mapping[str, Any]) -> Form:
    """The form of a settings class. Core's `parse` reads what it sends, so nothing is validated here."""
    members = {item.name: _control(item, values[item.name]) for item in fields}
    made = type("SettingsForm", (Form,), members)
    form: Form = made(formdata=None, data={name: _shown(value) for name, value in values.items()})
    for item in fields:
        if item.kind == "choice":
            form[item.name].choices = list(item.choices)
    return form


def _shown(value: Any) -> Any:
    """A value as its control takes it: a list has one entry a line."""
    return "\n".join(value) if isinstance(value, list | tuple) else value


def _control(item: SettingField, value: Any) -> Field:
    """The control of one setting. A secret shows a reference or the mask, never itself."""
    options = {"label": item.label, "description": item.help}
    if item.kind == "boolean":
        return BooleanField(**options)
    if item.kind == "choice":
        return SelectField(**options, validate_choice=False)
    if item.kind in ("list", "multiline"):
        return TextAreaField(**options)
    if item.kind == "secret":
        is_reference = str(value).startswith("$")
        return (
            StringField(**options) if is_reference else PasswordField(**options, widget=PasswordInput(hide_value=False))
        )
    if item.kind == "number":
        # a plain text field, so that what somebody typed in error is still there to be mended
        return StringField(**options, render_kw={"inputmode": "numeric" if item.is_whole else "decimal"})
    return StringField(**options)
