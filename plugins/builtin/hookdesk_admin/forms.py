"""Forms for people and places, and the form that is made from a settings class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import PasswordInput

from hookdesk.api import Form, SettingField, clean_line, clean_text

NOBODY = 0
"""Stands for "none" in a select of ids."""


def _name(label: Any, **options: Any) -> StringField:
    """A required name of at most 200 characters."""
    return StringField(label, validators=[InputRequired(), Length(max=200)], filters=[clean_line], **options)


class AgentForm(Form):
    """An agent. Further departments are drawn beside it, for each is a pair."""

    name = _name(_l("Name"), description=_l("As requesters and colleagues see it."))
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
    department_id = SelectField(
        _l("Department"), coerce=int, description=_l("Where the agent works. They see its tickets.")
    )
    role_id = SelectField(_l("Role"), coerce=int, description=_l("What the agent may do there."))
    teams = SelectMultipleField(_l("Teams"), coerce=int)
    is_admin = BooleanField(
        _l("Administrator"), description=_l("Opens this panel, sees every ticket and may do everything.")
    )
    is_active = BooleanField(
        _l("Active"), default=True, description=_l("Off: cannot sign in or be assigned. What they wrote stays.")
    )
    on_vacation = BooleanField(_l("On vacation"), description=_l("No new ticket is assigned to them meanwhile."))
    assigned_only = BooleanField(
        _l("Sees assigned tickets only"), description=_l("Theirs and their teams', not all of the department's.")
    )
    signature = TextAreaField(
        _l("Signature"), validators=[Length(max=4000)], filters=[clean_text], description=_l("Below their mails.")
    )


class DepartmentForm(Form):
    """A department."""

    name = _name(_l("Name"))
    parent_id = SelectField(_l("Below"), coerce=int, description=_l("A department that this one belongs to."))
    manager_id = SelectField(_l("Manager"), coerce=int, description=_l("Told of what nobody else takes care of."))
    is_default = BooleanField(
        _l("Default"), description=_l("New tickets go here unless a topic or filter says otherwise.")
    )
    is_public = BooleanField(_l("Public"), default=True, description=_l("Requesters see its name."))
    is_active = BooleanField(
        _l("Active"), default=True, description=_l("Off: takes no new tickets. Those it has stay with it.")
    )
    signature = TextAreaField(
        _l("Signature"),
        validators=[Length(max=4000)],
        filters=[clean_text],
        description=_l("Below mails that are sent in its name."),
    )


class RoleForm(Form):
    """A role. Its permissions are drawn in groups."""

    name = _name(_l("Name"))
    is_active = BooleanField(
        _l("Active"),
        default=True,
        description=_l("Off: whoever holds it may still read and write notes, nothing more."),
    )
    permissions = SelectMultipleField(_l("Permissions"))


class TeamForm(Form):
    """A team."""

    name = _name(_l("Name"))
    members = SelectMultipleField(_l("Members"), coerce=int)
    lead_id = SelectField(_l("Lead"), coerce=int, description=_l("One of the members."))
    is_active = BooleanField(_l("Active"), default=True, description=_l("Off: nothing new is assigned to it."))


class OrganizationForm(Form):
    """An organization."""

    name = _name(_l("Name"))
    notes = TextAreaField(
        _l("Notes"),
        validators=[Length(max=20_000)],
        filters=[clean_text],
        description=_l("Agents see them beside its tickets."),
    )


class UserForm(Form):
    """A user: somebody who asks."""

    name = _name(_l("Name"))
    addresses = TextAreaField(
        _l("E-mail addresses"),
        validators=[InputRequired(), Length(max=5000)],
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
    is_banned = BooleanField(_l("Banned"), description=_l("Cannot sign in, and what they send is turned away."))


def with_nobody(choices: Iterable[tuple[int, str]], label: Any) -> list[tuple[int, Any]]:
    """Choices of a select with "none" before them."""
    return [(NOBODY, label), *choices]


def settings_form(fields: Sequence[SettingField], values: Mapping[str, Any]) -> Form:
    """The form of a settings class. Core's `parse` reads what it sends, so nothing is validated here."""
    members = {item.name: _control(item, values[item.name]) for item in fields}
    made = type("SettingsForm", (Form,), members)
    form: Form = made(formdata=None, data={name: _shown(value) for name, value in values.items()})
    for item in fields:
        if item.kind == "choice":
            form[item.name].choices = list(item.choices)
    return form


def _shown(value: Any) -> Any:
    """A value as its control takes it: a list has one entry a line."""
    return "\n".join(value) if isinstance(value, list | tuple) else value


def _control(item: SettingField, value: Any) -> Field:
    """The control of one setting. A secret shows a reference or the mask, never itself."""
    options = {"label": item.label, "description": item.help}
    if item.kind == "boolean":
        return BooleanField(**options)
    if item.kind == "choice":
        return SelectField(**options, validate_choice=False)
    if item.kind in ("list", "multiline"):
        return TextAreaField(**options)
    if item.kind == "secret":
        is_reference = str(value).startswith("$")
        return (
            StringField(**options) if is_reference else PasswordField(**options, widget=PasswordInput(hide_value=False))
        )
    if item.kind == "number":
        # a plain text field, so that what somebody typed in error is still there to be mended
        return StringField(**options, render_kw={"inputmode": "numeric" if item.is_whole else "decimal"})
    return StringField(**options)
