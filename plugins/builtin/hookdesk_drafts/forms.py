"""What the script sends."""

from __future__ import annotations

from wtforms.validators import Length

from hookdesk.api import FilesField, Form, RichTextField, StoredFilesField

MOST_TEXT = 1_000_000


class DraftForm(Form):
    """A text that is being written, and the files that are stored for it; those of a new ticket, apart from those of its answer."""

    message = RichTextField(validators=[Length(max=MOST_TEXT)])
    kept = StoredFilesField()
    attachments = FilesField()
