"""The form of the list."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from hookdesk.api import Form, clean_line


class BlockForm(Form):
    """One more to block."""

    sender = StringField(
        _l("Address or domain"),
        [DataRequired(_l("Write an address or a domain."))],
        description=_l(
            "name@example.org, or example.org for all of its addresses; .example.org for its subdomains, too."
        ),
        filters=[clean_line],
    )
    notes = StringField(_l("Note"), [Length(max=500, message=_l("Use at most 500 characters."))], filters=[clean_line])
