"""The desk's forms."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from hookdesk.api import FilesField, Form, RichTextField, StoredFilesField, people
from hookdesk_desk.preferences import Choice

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
    to = StringField()
    cc = SelectMultipleField(coerce=int, validate_choice=False)
    followers = SelectMultipleField(coerce=int, validate_choice=False)
    signature = StringField()
    sender = StringField()

    def recipients(self, owner_id: int) -> tuple[int, ...] | None:
        """Who alone gets a reply; None for everybody who takes part."""
        if self.to.data in ("owner", "nobody"):
            return (owner_id,) if self.to.data == "owner" else ()
        copied = tuple(self.cc.data or ())
        return (owner_id, *copied) if set(self.followers.data or ()) - set(copied) else None

    def first_problems(self) -> list[str]:
        """One sentence for each field that was not taken."""
        return [str(words[0]) for words in self.problems().values() if words]


class EntryForm(Form):
    """What an entry says, to be changed."""

    message = RichTextField(
        _l("Message"),
        validators=[
            DataRequired(_l("Write something first.")),
            Length(max=MOST_TEXT, message=_l("The message is too long; send it as an attachment.")),
        ],
    )


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


class PreferencesForm(Form):
    """How an agent wants the desk to be."""

    density = RadioField(_l("Lists"))
    scheme = RadioField(_l("Light or dark"))
    page_size = SelectField(_l("Tickets on one page"), coerce=int)
    after_reply = SelectField(_l("After a reply was sent"))
    keys = BooleanField(_l("Single keys"), description=_l("“r” replies, “j” goes on, “?” shows them all."))

    def choice(self) -> Choice:
        """What was filled in."""
        return Choice(
            density=self.density.data,
            scheme=self.scheme.data,
            page_size=self.page_size.data,
            after_reply=self.after_reply.data,
            keys=bool(self.keys.data),
        )
