"""The directory's forms."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from hookdesk.api import Form, clean_line, clean_text

MOST_NOTES = 20_000


def lines(text: str | None, most: int = 50) -> tuple[str, ...]:
    """What stands in a field that holds one thing a line."""
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())[:most]


def _name(words: Any) -> StringField:
    """A name that has to be filled in."""
    return StringField(_l("Name"), validators=[InputRequired(words), Length(max=200)], filters=[clean_line])


class UserForm(Form):
    """A user as agents keep them."""

    name = _name(_l("Fill in their name."))
    addresses = TextAreaField(
        _l("E-mail addresses"),
        validators=[InputRequired(_l("Fill in an address.")), Length(max=5000)],
        filters=[clean_text],
        description=_l("One a line. Answers go to the first; mail from any of them is theirs."),
    )
    phone = StringField(_l("Phone"), validators=[Length(max=60)], filters=[clean_line])
    organization = StringField(
        _l("Organization"),
        validators=[Length(max=200)],
        filters=[clean_line],
        description=_l("Its name as in the list, or nothing."),
    )
    is_primary_contact = BooleanField(
        _l("Primary contact"), description=_l("Speaks for their organization, which may let them see more of it.")
    )
    notes = TextAreaField(
        _l("Notes"),
        validators=[Length(max=MOST_NOTES)],
        filters=[clean_text],
        description=_l("For agents alone."),
    )


class OrganizationForm(Form):
    """An organization as agents keep it."""

    name = _name(_l("Fill in its name."))
    domains = TextAreaField(
        _l("Mail domains"),
        validators=[Length(max=5000)],
        filters=[clean_text],
        description=_l("One a line, as in example.org. New users who write from there belong to it."),
    )
    sharing = SelectField(_l("Who of its members sees all of its tickets"))
    contacts_share = BooleanField(
        _l("Its primary contacts may change that"), description=_l("In the portal, for all of its members.")
    )
    followers = SelectField(
        _l("Who follows its new tickets"),
        description=_l("They are added as collaborators and get a copy of each reply."),
    )
    manager_agent_id = SelectField(_l("Account manager"), coerce=int)
    manager_team_id = SelectField(_l("Team in charge"), coerce=int)
    assigns_manager = BooleanField(_l("Assign them its new tickets"))
    notes = TextAreaField(
        _l("Notes"),
        validators=[Length(max=MOST_NOTES)],
        filters=[clean_text],
        description=_l("For agents alone."),
    )
