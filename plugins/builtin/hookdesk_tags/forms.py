"""The forms of a tag."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from hookdesk.api import Form, clean_line
from hookdesk_tags.catalogue import LONGEST


class TagForm(Form):
    """What an admin states about a tag."""

    name = StringField(
        _l("Name"),
        [
            DataRequired(_l("Give the tag a name.")),
            Length(max=LONGEST, message=_l("A tag has at most %(max)d characters.")),
        ],
        filters=[clean_line],
    )
    colour = RadioField(_l("Colour"), coerce=int, default=0)


class MergeForm(Form):
    """Which other tag its tickets get."""

    into = SelectField(_l("Merge it into"), coerce=int)
