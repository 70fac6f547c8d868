"""The portal's forms. Scripts rely on their fields' names: topic, name, email, subject, message, attachments."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from hookdesk.api import FilesField, Form, TopicChoice, clean_line, clean_text, people

MOST_SUBJECT = 200
MOST_TEXT = 200_000


class MessageForm(Form):
    """A message with files."""

    message = TextAreaField(
        _l("Message"),
        [Length(max=MOST_TEXT, message=_l("This is too long. Send it as a file."))],
        filters=[clean_text],
    )
    attachments = FilesField(_l("Files"))

    def had_files(self) -> bool:
        """True if files were chosen: a browser cannot be told to choose them again."""
        return bool(self.attachments.data)


class OpenForm(MessageForm):
    """A new ticket. Fields that do not apply are taken out by `fitted`."""

    topic = SelectField(_l("What is it about?"), [DataRequired(_l("Choose what it is about."))])
    name = StringField(
        _l("Your name"),
        [DataRequired(_l("Write your name.")), Length(max=200, message=_l("Use at most 200 characters."))],
        filters=[clean_line],
    )
    email = StringField(_l("Your e-mail address"), [DataRequired(_l("Write your e-mail address; answers go there."))])
    subject = StringField(
        _l("In one sentence"),
        [
            DataRequired(_l("Say in one sentence what it is about.")),
            Length(max=MOST_SUBJECT, message=_l("Use at most 200 characters; the rest goes into the message.")),
        ],
        filters=[clean_line],
    )

    def fitted(self, choices: Sequence[TopicChoice], is_known: bool) -> None:
        """Offer these topics, or none; ask who it is only of those who are not signed in."""
        if choices:
            self.topic.choices = [("", _("Choose …")), *((choice.ref, choice.label) for choice in choices)]
            self.topic.validate_choice = False  # validate_topic says it in our words
        else:
            del self.topic
        if is_known:
            del self.name
            del self.email

    def validate_topic(self, field: Field) -> None:
        """The topic must still be one of those on offer."""
        if field.data not in [value for value, _label in field.choices]:
            raise ValidationError(_("This topic is not there any more. Choose another one."))

    def validate_email(self, field: Field) -> None:
        """An address that mail can reach."""
        if not people.normal_address(field.data or ""):
            raise ValidationError(_("Write the whole address, as in name@example.org."))

    def validate_message(self, field: Field) -> None:
        """A ticket needs words."""
        if not field.data:
            raise ValidationError(_("Say what happened, and what you expected."))


class ReplyForm(MessageForm):
    """An answer on a ticket."""

    def validate_message(self, field: Field) -> None:
        """Words or files; one of them is enough."""
        if not field.data and not self.attachments.data:
            raise ValidationError(_("Write something first, or add a file."))


class CheckForm(Form):
    """Which ticket, and whose."""

    email = StringField(
        _l("Your e-mail address"), [DataRequired(_l("Write the address that you used for the ticket."))]
    )
    number = StringField(
        _l("Ticket number"), [DataRequired(_l("Write the number; it stands in our mails."))], filters=[clean_line]
    )

    def validate_email(self, field: Field) -> None:
        """An address that mail can reach."""
        if not people.normal_address(field.data or ""):
            raise ValidationError(_("Write the whole address, as in name@example.org."))
