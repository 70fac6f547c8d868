"""Forms for departments, roles and teams."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField

from hookdesk.api import Form
from hookdesk_admin.forms.parts import name_field, options, text_field

STATES = options(active=_l("Active"), disabled=_l("Disabled"), archived=_l("Archived"))
ASSIGNMENT = options(all=_l("All agents"), members=_l("Agents with access to it"), primary=_l("Agents who work there"))
ALERTS = options(extended=_l("Everybody with access to it"), members=_l("Agents who work there"), nobody=_l("Nobody"))


class DepartmentForm(Form):
    """A department."""

    name = name_field(_l("Name"))
    parent_id = SelectField(
        _l("Below"), coerce=int, description=_l("A department that this one belongs to; access to it reaches down.")
    )
    manager_id = SelectField(
        _l("Manager"),
        coerce=int,
        description=_l(
            "Sees its tickets, may release them and mark them as answered, and says in the desk who is on vacation."
        ),
    )
    state = SelectField(
        _l("State"),
        choices=STATES,
        description=_l("Disabled: takes no new tickets. Archived: what is closed there stays closed, too."),
    )
    is_default = BooleanField(
        _l("Default"), description=_l("New tickets go here unless a topic or filter says otherwise.")
    )
    is_public = BooleanField(_l("Public"), default=True, description=_l("Requesters see its name."))
    assignment = SelectField(
        _l("Who can be assigned its tickets"), choices=ASSIGNMENT, description=_l("Teams can, whatever this says.")
    )
    claims_on_reply = BooleanField(
        _l("Whoever answers has the ticket"), default=True, description=_l("If nobody has it yet.")
    )
    keeps_assignee_on_reopen = BooleanField(
        _l("A reopened ticket keeps its agent"), default=True, description=_l("Off: it has to be assigned anew.")
    )
    replies_by_mail = BooleanField(
        _l("What agents answer by mail goes to the requester"),
        description=_l(
            "If they may reply, and if a mail server that the settings of incoming mail trust has proven that the mail is theirs. "
            "Off: it becomes a note."
        ),
    )
    alerts = SelectField(
        _l("Who is told of its tickets"), choices=ALERTS, description=_l("But for those whose own page says otherwise.")
    )
    answers_tickets = BooleanField(
        _l("Confirm new tickets"), default=True, description=_l("By mail to the requester, without anybody's doing.")
    )
    answers_messages = BooleanField(
        _l("Confirm further messages"), default=True, description=_l("The same for what comes later.")
    )
    signature = text_field(
        _l("Signature"),
        4000,
        description=_l("Below answers of agents who have none of their own, if requesters see its name."),
    )


class RoleForm(Form):
    """A role. Its permissions are drawn in groups."""

    name = name_field(_l("Name"))
    is_active = BooleanField(
        _l("Active"),
        default=True,
        description=_l("Off: whoever holds it may still read and write notes, nothing more."),
    )
    notes = text_field(_l("Notes"), description=_l("What it is meant for."))
    permissions = SelectMultipleField(_l("Permissions"))


class TeamForm(Form):
    """A team. Its members are drawn beside it, for each may be told of its tickets or not."""

    name = name_field(_l("Name"))
    lead_id = SelectField(_l("Lead"), coerce=int, description=_l("One of the members."))
    is_active = BooleanField(_l("Active"), default=True, description=_l("Off: nothing new is assigned to it."))
    gets_alerts = BooleanField(_l("Alerts"), default=True, description=_l("Off: no member is told of its tickets."))
    notes = text_field(_l("Notes"), description=_l("What it is meant for."))
    members = SelectMultipleField(_l("Members"), coerce=int)
    told = SelectMultipleField(_l("Alerts"), coerce=int)
