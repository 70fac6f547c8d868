"""The forms: who gets what an agent has, who survives a merge, what is erased, and a file of people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from hookdesk.api import Form


class LeaveForm(Form):
    """Who gets what an agent has."""

    heir = SelectField(_l("Who gets it"), description=_l("Open tickets that they may not have are assigned to nobody."))


class MergeForm(Form):
    """The other user, and which of the two stays."""

    other = StringField(
        _l("The other user"),
        validators=[InputRequired(), Length(max=320)],
        description=_l("One of their e-mail addresses."),
    )
    stays = RadioField(
        _l("Who stays"),
        default="this",
        choices=[SelectChoice("this", _l("This user")), SelectChoice("other", _l("The other user"))],
    )


class EraseForm(Form):
    """How much of a person is erased."""

    what = RadioField(
        _l("What becomes of their tickets"),
        validators=[InputRequired()],
        choices=[
            SelectChoice("keep", _l("They stay, without the person's name, addresses, subjects, words and files")),
            SelectChoice("delete", _l("They are deleted, with what others wrote in them")),
        ],
    )


class DeleteForm(Form):
    """Deleting a user."""

    with_tickets = BooleanField(_l("Delete their tickets too"), description=_l("With what others wrote in them."))


class FileForm(Form):
    """A file of people."""

    file = FileField(
        _l("File"),
        validators=[InputRequired()],
        description=_l("CSV, at most 10,000 lines and 5 MB. The first line has the headings."),
    )
