"""What the script sends."""

from __future__ import annotations

from wtforms.validators import Length

from hookdesk.api import Form, RichTextField, StoredFilesField

MOST_TEXT = 1_000_000


class DraftForm(Form):
    """A text that is being written, and the files that are stored for it."""

    message = RichTextField(validators=[Length(max=MOST_TEXT)])
    kept = StoredFilesField()
