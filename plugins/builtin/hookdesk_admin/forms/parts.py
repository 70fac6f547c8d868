"""Fields that several forms have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from hookdesk.api import CoreSettings, clean_line, clean_text, describe

NOBODY = 0
"""Stands for "none" in a select of ids."""


def name_field(label: Any, **options: Any) -> StringField:
    """A required name of at most 200 characters."""
    return StringField(label, validators=[InputRequired(), Length(max=200)], filters=[clean_line], **options)


def line_field(label: Any, longest: int = 200, **options: Any) -> StringField:
    """A line that may be empty."""
    return StringField(label, validators=[Length(max=longest)], filters=[clean_line], **options)


def text_field(label: Any, longest: int = 20_000, **options: Any) -> TextAreaField:
    """Some lines that may be empty."""
    return TextAreaField(label, validators=[Length(max=longest)], filters=[clean_text], **options)


def language_field() -> SelectField:
    """A language that there is a catalogue for, or the helpdesk's."""
    return SelectField(_l("Language"), choices=lambda: _as_the_site("default_locale"))


def timezone_field() -> SelectField:
    """A time zone, or the helpdesk's."""
    return SelectField(_l("Time zone"), choices=lambda: _as_the_site("timezone"))


def _as_the_site(name: str) -> dict[str, Any]:
    """The choices of a setting of core, and before them that it counts."""
    known = next(field.choices for field in describe(CoreSettings) if field.name == name)
    return {"": _("As the helpdesk"), **dict(known)}


def options(**labels: Any) -> list[SelectChoice]:
    """The choices of a select, value by label."""
    return [SelectChoice(value, label) for value, label in labels.items()]


def with_nobody(choices: Iterable[tuple[int, str]], label: Any) -> list[tuple[int, Any]]:
    """Choices of a select with "none" before them."""
    return [(NOBODY, label), *choices]
