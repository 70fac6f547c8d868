"""The forms of the pages about single mails."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, Optional

from hookdesk.api import Form, clean_line

MOST_PASTED = 2_000_000


class InspectForm(Form):
    """A mail to look at, pasted or as a file."""

    mail = TextAreaField(
        _l("The mail as it came"),
        [Length(max=MOST_PASTED)],
        description=_l("With all its headers: what a mail program shows as source or original."),
    )
    file = FileField(_l("Or a file"))


class UploadForm(Form):
    """Mails to take in."""

    file = FileField(
        _l("File"), [InputRequired(_l("Choose a file."))], description=_l("One mail (.eml) or many (.mbox).")
    )
    mailbox = StringField(
        _l("Address they arrived at"), [Optional(), Email(_l("This is no address.")), Length(max=320)], filters=[clean_line],
        description=_l("If they do not say so themselves."),
    )  # fmt: skip
    is_told = BooleanField(
        _l("Confirm and alert as if they came in now"), description=_l("Otherwise nobody is told: right for old mail.")
    )
