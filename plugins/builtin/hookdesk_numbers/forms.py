"""The forms of formats and sequences."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp

from hookdesk.api import Form, clean_line, optional_id
from hookdesk_numbers.services import LARGEST, FormatData, SequenceData


def upper(text: str | None) -> str:
    """A pattern with large letters, so that a number is found however it is typed."""
    return re.sub(r"\{\w*\}", lambda found: found[0].lower(), (text or "").upper())


def one_character(text: str | None) -> str:
    """What pads; 0 where nothing is written."""
    return (text or "").strip().upper() or "0"


def _name() -> StringField:
    """A name, for admins alone."""
    told = [DataRequired(_l("Give it a name.")), Length(max=60, message=_l("Use at most 60 characters."))]
    return StringField(_l("Name"), told, filters=[clean_line])


class FormatForm(Form):
    """A format of ticket numbers."""

    name = _name()
    pattern = StringField(
        _l("Format"),
        [
            DataRequired(_l("Write how numbers look, as TT-######.")),
            Length(max=60, message=_l("Use at most 60 characters.")),
        ],
        filters=[clean_line, upper],
        description=_l(
            "Each # is a digit; what is left over follows the last one. Also {year}, {month} and {day} as on the day the ticket comes."
        ),
    )
    sequence_id = SelectField(_l("Digits"), coerce=optional_id)
    is_default = BooleanField(
        _l("Use it for all tickets"), description=_l("Except for those whose help topic has a format of its own.")
    )

    def data_given(self) -> FormatData:
        """What was filled in."""
        return FormatData(self.name.data or "", self.pattern.data or "", self.sequence_id.data, self.is_default.data)


RESTARTS = (("never", _l("Never")), ("year", _l("Each year")), ("month", _l("Each month")))


class SequenceForm(Form):
    """A sequence."""

    name = _name()
    following = IntegerField(
        _l("Next number"),
        [
            InputRequired(_l("Write a whole number from 1 on.")),
            NumberRange(1, LARGEST, _l("Write a whole number from 1 on, of 15 digits at most.")),
        ],
        default=1,
        description=_l("It can be raised, but never set back to numbers that are given already."),
    )
    step = IntegerField(
        _l("Step"),
        [
            InputRequired(_l("Write a number from 1 to 1000.")),
            NumberRange(1, 1000, _l("Write a number from 1 to 1000.")),
        ],
        default=1,
        description=_l("How far one number is from the one before."),
    )
    padding = StringField(
        _l("Padding"),
        [Regexp(r"[A-Z0-9]$", message=_l("Write one character, a letter or digit."))],
        default="0",
        filters=[one_character],
        description=_l("What stands before small numbers, so that all have as many digits as the format."),
    )
    restarts = SelectField(
        _l("Begins anew"),
        description=_l(
            "From 1, at midnight in the site's time zone. Formats then have to say {year}, or {year} and {month}."
        ),
    )

    def data_given(self, shown: str) -> SequenceData:
        """What was filled in. A next number that was left as it was `shown` stays as it is, for it may have grown meanwhile."""
        following = None if str(self.following.data) == shown else self.following.data
        return SequenceData(self.name.data or "", self.step.data or 1, self.padding.data, self.restarts.data, following)
