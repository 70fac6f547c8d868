"""The forms of tasks."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from hookdesk.api import FilesField, Form, RichTextField, StoredFilesField
from hookdesk_tasks.making import LONGEST_TEXT, LONGEST_TITLE
from hookdesk_tasks.talking import LONGEST


class EntryForm(Form):
    """What an update or a note consists of."""

    message = RichTextField(_l("Text"), [Length(max=LONGEST, message=_l("The text is too long. Attach it as a file."))])
    kept = StoredFilesField(_l("Files"))
    attachments = FilesField(_l("Files"))
    tells = BooleanField(_l("Mail it to the followers"))
    state = StringField()


class WordsForm(Form):
    """What is to be done."""

    title = StringField(
        _l("What is to be done"),
        [
            DataRequired(_l("Say what is to be done.")),
            Length(max=LONGEST_TITLE, message=_l("Use at most %(max)d characters.")),
        ],
    )
    description = RichTextField(
        _l("Description"), [Length(max=LONGEST_TEXT, message=_l("The description is too long. Attach it as a file."))]
    )
    kept = StoredFilesField()


class NewForm(WordsForm):
    """A new task."""

    department = SelectField(_l("Department"), [Optional()], default="")
    assignee = SelectField(_l("Assignee"), [Optional()], default="")
    team = SelectField(_l("Team"), [Optional()], default="")
    due = DateTimeLocalField(_l("Due"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    ticket = HiddenField()
    entry = HiddenField()
