"""The form of the contacts' page."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from hookdesk.api import Form


class SharingForm(Form):
    """Who sees the organization's tickets."""

    sharing = RadioField(_l("Who sees the tickets of this organization"))


def choices() -> list[tuple[str, str]]:
    """What can be chosen, from the least to the most."""
    return [
        ("nobody", _("Everybody sees their own alone")),
        ("primary", _("Contacts see all of them")),
        ("everybody", _("Everybody sees all of them")),
    ]
