"""The form of a topic."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from hookdesk.api import Form, clean_line, clean_text
from hookdesk_topics.services import Values


def optional_id(value: str | int | None) -> int | None:
    """The id of a choice; None for "nothing chosen"."""
    return int(value) if value not in (None, "", "None") else None


class TopicForm(Form):
    """What an admin states about a topic."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Give the topic a name.")), Length(max=100, message=_l("Use at most 100 characters."))],
        filters=[clean_line],
    )
    parent_id = SelectField(_l("Parent topic"), coerce=optional_id)
    intro = TextAreaField(
        _l("Introduction"),
        [Length(max=2000, message=_l("Use at most 2,000 characters."))],
        filters=[clean_text],
        description=_l("Shown when the topic is chosen: what you need to know from whoever writes."),
    )
    department_id = SelectField(_l("Department"), coerce=optional_id)
    priority_id = SelectField(_l("Priority"), coerce=optional_id)
    is_public = BooleanField(
        _l("Offer it on the portal"),
        default=True,
        description=_l("If off, only agents can choose it. Holds for all below it too."),
    )
    is_restricted = BooleanField(
        _l("Only for certain organizations"),
        description=_l("On the portal it is offered to their members who are signed in. Holds for all below it too."),
    )
    organizations = TextAreaField(
        _l("Organizations"),
        [Length(max=20_000)],
        filters=[clean_text],
        description=_l("One a line, by its name as in the list."),
    )
    is_active = BooleanField(
        _l("Use it for new tickets"), default=True, description=_l("Tickets that have it keep it.")
    )
    position = IntegerField(
        _l("Position"),
        [
            InputRequired(_l("Write a number from 0 to 9999.")),
            NumberRange(0, 9999, _l("Write a number from 0 to 9999.")),
        ],
        default=50,
        description=_l("Smaller numbers come first; equal ones by name."),
    )

    def values(self) -> Values:
        """What was filled in."""
        return Values(
            name=self.name.data or "",
            parent_id=self.parent_id.data,
            department_id=self.department_id.data,
            priority_id=self.priority_id.data,
            is_public=self.is_public.data,
            is_active=self.is_active.data,
            position=self.position.data or 0,
            intro=self.intro.data or "",
            is_restricted=self.is_restricted.data,
            organizations=tuple(
                dict.fromkeys(filter(None, map(str.strip, (self.organizations.data or "").splitlines())))
            ),
        )
