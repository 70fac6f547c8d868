"""The desk's forms."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from hookdesk.api import FilesField, Form, RichTextField, StoredFilesField, people

MOST_TEXT = 1_000_000


class ComposerForm(Form):
    """What a reply or a note consists of. The page is drawn by the composer macro; this reads what it sends."""

    message = RichTextField(
        _l("Message"),
        validators=[Length(max=MOST_TEXT, message=_l("The message is too long; send it as an attachment."))],
    )
    status = StringField(_l("Status"))
    attachments = FilesField(_l("Files"))
    kept = StoredFilesField(_l("Files"))
    seen = HiddenField()

    def first_problems(self) -> list[str]:
        """One sentence for each field that was not taken."""
        return [str(words[0]) for words in self.problems().values() if words]


class NewTicketForm(Form):
    """A ticket that an agent opens for somebody who called."""

    channel = RadioField(_l("How did they reach you?"), default="phone")
    email = StringField(
        _l("E-mail address"),
        description=_l("Their earlier tickets are found by it."),
        validators=[DataRequired(_l("Fill in the requester's e-mail address.")), Length(max=320)],
    )
    name = StringField(_l("Name"), validators=[Length(max=200)])
    topic = SelectField(_l("Help topic"), validators=[Optional()], default="")
    subject = StringField(_l("Subject"), validators=[DataRequired(_l("Fill in what it is about.")), Length(max=500)])
    message = TextAreaField(
        _l("What they said"), validators=[DataRequired(_l("Fill in what they said.")), Length(max=MOST_TEXT)]
    )
    attachments = FilesField(_l("Files"))
    department = SelectField(_l("Department"), validators=[Optional()], default="")
    priority = SelectField(_l("Priority"), validators=[Optional()], default="")
    assign_to_me = BooleanField(_l("Assign it to me"))
    confirm = BooleanField(_l("Send them a confirmation"), description=_l("By mail, with the number of the ticket."))

    def validate_email(self, field: StringField) -> None:
        """It must be an address that mail could reach."""
        if not people.normal_address(field.data or ""):
            raise ValidationError(_("Write it like name@example.org."))


class ProfileForm(Form):
    """What agents say about themselves."""

    name = StringField(
        _l("Name"),
        description=_l("Requesters see it in your replies."),
        validators=[DataRequired(_l("Fill in your name.")), Length(max=200)],
        filters=[lambda value: people.clean_name(value) if value and len(value) <= 200 else value],
    )
    signature = TextAreaField(
        _l("Signature"),
        description=_l("It stands below your replies when they are mailed."),
        validators=[Length(max=4000)],
    )
    locale = SelectField(_l("Language"), validators=[Optional()], default="")
    timezone = SelectField(_l("Time zone"), validators=[Optional()], default="")
