"""Forms for agents, users and organizations."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from hookdesk.api import Form, clean_line, clean_text
from hookdesk_admin.forms.parts import language_field, line_field, name_field, options, text_field, timezone_field

WHO = options(nobody=_l("Nobody"), primary=_l("Primary contacts"), everybody=_l("Everybody"))


class AgentForm(Form):
    """An agent. Further departments are drawn beside it, for each is a pair."""

    name = name_field(_l("Name"), description=_l("As requesters and colleagues see it."))
    login = StringField(
        _l("User name"),
        validators=[InputRequired(), Length(max=120)],
        filters=[clean_line],
        description=_l("For signing in, besides the e-mail address."),
    )
    address = StringField(_l("E-mail address"), validators=[InputRequired(), Length(max=320)], filters=[clean_line])
    password = PasswordField(
        _l("Password"), validators=[Optional(), Length(max=1000)], description=_l("Leave it empty to keep what is set.")
    )
    must_change_password = BooleanField(
        _l("Has to choose a new password"),
        description=_l("Before any other page; where they are signed in already, within five minutes."),
    )
    phone = line_field(_l("Phone"), 60)
    locale = language_field()
    timezone = timezone_field()
    signature = text_field(_l("Signature"), 4000, description=_l("Below their mails."))
    notes = text_field(_l("Notes"), description=_l("Administrators see them here."))
    department_id = SelectField(
        _l("Department"), coerce=int, description=_l("Where the agent works. They see its tickets.")
    )
    role_id = SelectField(_l("Role"), coerce=int, description=_l("What the agent may do there."))
    role_falls_back = BooleanField(
        _l("Role counts elsewhere"),
        default=True,
        description=_l("On tickets of other departments that are assigned or referred to them."),
    )
    teams = SelectMultipleField(_l("Teams"), coerce=int)
    is_active = BooleanField(
        _l("Active"), default=True, description=_l("Off: cannot sign in or be assigned. What they wrote stays.")
    )
    on_vacation = BooleanField(_l("On vacation"), description=_l("No new ticket is assigned to them meanwhile."))
    is_visible = BooleanField(
        _l("Visible"),
        default=True,
        description=_l("Listed and offered to agents of other departments. How requesters know agents is a setting."),
    )
    assigned_only = BooleanField(
        _l("Sees assigned tickets only"), description=_l("Theirs and their teams', not all of the department's.")
    )
    is_admin = BooleanField(
        _l("Administrator"), description=_l("Opens this panel, sees every ticket and may do everything.")
    )
    permissions = SelectMultipleField(_l("Permissions held everywhere"))


class UserForm(Form):
    """A user: somebody who asks."""

    name = name_field(_l("Name"))
    addresses = TextAreaField(
        _l("E-mail addresses"),
        validators=[InputRequired(), Length(max=5000)],
        filters=[clean_text],
        description=_l("One a line. Answers go to the first; mail from any of them is theirs."),
    )
    phone = line_field(_l("Phone"), 60)
    locale = language_field()
    timezone = timezone_field()
    organization = line_field(_l("Organization"), description=_l("Its name as in the list, or nothing."))
    is_primary_contact = BooleanField(_l("Primary contact"), description=_l("Speaks for the organization."))
    notes = text_field(_l("Notes"), description=_l("For agents; the user never sees them."))
    is_banned = BooleanField(_l("Banned"), description=_l("Cannot sign in, and what they send is turned away."))


class OrganizationForm(Form):
    """An organization."""

    name = name_field(_l("Name"))
    domains = text_field(
        _l("Mail domains"),
        5000,
        description=_l("One a line; new users from there belong to it. .example.com stands for the subdomains too."),
    )
    notes = text_field(_l("Notes"), description=_l("Agents see them beside its tickets."))
    sharing = SelectField(
        _l("Who sees all of its tickets"), choices=WHO, description=_l("In the portal, besides each member's own.")
    )
    contacts_share = BooleanField(
        _l("Primary contacts may change that"), description=_l("In the portal, without asking you.")
    )
    followers = SelectField(
        _l("Who follows its new tickets"),
        choices=WHO,
        description=_l("Added as collaborators, who get the answers too."),
    )
    manager = SelectField(_l("Account manager"), description=_l("An agent or a team that looks after it."))
    assigns_manager = BooleanField(
        _l("Assign new tickets to the account manager"), description=_l("Where nothing else assigns them.")
    )
