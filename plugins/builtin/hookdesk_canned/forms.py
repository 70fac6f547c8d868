"""The form of a canned response."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from hookdesk.api import FilesField, Form, RichTextField, clean_line, clean_text, optional_id
from hookdesk_canned.services import Values


class ResponseForm(Form):
    """What somebody states about a response."""

    title = StringField(
        _l("Title"),
        [DataRequired(_l("Give it a title.")), Length(max=200, message=_l("Use at most 200 characters."))],
        filters=[clean_line],
        description=_l("Agents find it by this, or by words of its text."),
    )
    html = RichTextField(_l("Text"), [Length(max=20_000, message=_l("Use at most 20,000 characters."))])
    department_id = SelectField(
        _l("Department"),
        coerce=optional_id,
        description=_l("Offered on this department's tickets only."),
    )
    locale = SelectField(
        _l("Language"),
        default="",
        description=_l("Offered first to who answers requesters of that language."),
    )
    files = FilesField(_l("Files"), description=_l("They go along with the answer."))
    is_active = BooleanField(_l("In use"), default=True)
    notes = TextAreaField(
        _l("Notes"),
        [Length(max=5000, message=_l("Use at most 5,000 characters."))],
        filters=[clean_text],
        description=_l("For who looks after it: no requester reads them."),
    )

    def values(self) -> Values:
        """What was filled in."""
        return Values(
            title=self.title.data or "",
            html=self.html.markup if self.html.data else "",
            department_id=self.department_id.data,
            locale=self.locale.data or "",
            notes=self.notes.data or "",
            is_active=bool(self.is_active.data),
        )
