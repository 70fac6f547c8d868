"""The form of a topic."""

from __future__ import annotations

from dataclasses import fields

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from hookdesk.api import Form, clean_line, clean_text, optional_id
from hookdesk_topics.services import Values

_PLAIN = {field.name for field in fields(Values)} - {"organizations"}


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
    status_id = SelectField(_l("Status"), coerce=optional_id)
    sla_ref = SelectField(_l("SLA plan"), default="")
    assignee_id = SelectField(_l("Assignee"), coerce=optional_id)
    team_id = SelectField(_l("Team"), coerce=optional_id)
    number_ref = SelectField(_l("Number format"), default="")
    answers = BooleanField(
        _l("Confirm new tickets"),
        default=True,
        description=_l("If off, requesters get no mail that their message has arrived. Holds for all below it too."),
    )
    thanks = TextAreaField(
        _l("Words of thanks"),
        [Length(max=5000, message=_l("Use at most 5,000 characters."))],
        filters=[clean_text],
        description=_l("Shown on the portal once the ticket is there: what happens next, or where to read on."),
    )
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
    is_default = BooleanField(
        _l("Give it to tickets without a topic"),
        description=_l("Those that come by mail, for example. One topic at most."),
    )
    notes = TextAreaField(
        _l("Notes"),
        [Length(max=5000, message=_l("Use at most 5,000 characters."))],
        filters=[clean_text],
        description=_l("For administrators alone."),
    )

    def values(self) -> Values:
        """What was filled in."""
        given = {name: field.data for name, field in self._fields.items() if name in _PLAIN}
        names = filter(None, map(str.strip, (self.organizations.data or "").splitlines()))
        return Values(**given, organizations=tuple(dict.fromkeys(names)))
