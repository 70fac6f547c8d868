"""The portal's forms. Scripts rely on their fields' names: topic, name, email, subject, message, attachments."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from hookdesk.api import FilesField, Form, TopicChoice, clean_line, clean_text, people

MOST_TEXT = 200_000
NO_LONGER = Length(max=MOST_TEXT, message=_l("This is too long. Send it as a file."))


def check_address(_form: Form, field: Field) -> None:
    """Hold that mail can reach an address.

    Raises:
        ValidationError: it cannot.
    """
    if not people.normal_address(field.data or ""):
        raise ValidationError(_("Write the whole address, as in name@example.org."))


class OpenForm(Form):
    """A new ticket, its fields in the order of the page. What does not apply is taken out by `fit`."""

    topic = SelectField(_l("What is it about?"), [DataRequired(_l("Choose what it is about."))])
    name = StringField(
        _l("Your name"),
        [DataRequired(_l("Write your name.")), Length(max=200, message=_l("Use at most 200 characters."))],
        filters=[clean_line],
    )
    email = StringField(
        _l("Your e-mail address"), [DataRequired(_l("Write your e-mail address; answers go there.")), check_address]
    )
    subject = StringField(
        _l("In one sentence"),
        [
            DataRequired(_l("Say in one sentence what it is about.")),
            Length(max=200, message=_l("Use at most 200 characters; the rest goes into the message.")),
        ],
        filters=[clean_line],
    )
    message = TextAreaField(
        _l("What happens, and what did you expect?"),
        [DataRequired(_l("Say what happened, and what you expected.")), NO_LONGER],
        filters=[clean_text],
    )
    attachments = FilesField(_l("Files"))

    def fit(self, choices: Sequence[TopicChoice], is_known: bool) -> None:
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
        """Hold that the topic is still on offer."""
        if field.data not in [value for value, _label in field.choices]:
            raise ValidationError(_("This topic is not there any more. Choose another one."))


class ReplyForm(Form):
    """An answer on a ticket: words or files, one of them is enough."""

    message = TextAreaField(_l("Your answer"), [NO_LONGER], filters=[clean_text])
    attachments = FilesField(_l("Files"))

    def validate_message(self, field: Field) -> None:
        """Hold that there is something to send."""
        if not (field.data or self.attachments.data or self.attachments.kept):
            raise ValidationError(_("Write something first, or add a file."))


class CheckForm(Form):
    """Which ticket, and whose."""

    email = StringField(
        _l("Your e-mail address"), [DataRequired(_l("Write the address that you used for the ticket.")), check_address]
    )
    number = StringField(
        _l("Ticket number"), [DataRequired(_l("Write the number; it stands in our mails."))], filters=[clean_line]
    )
