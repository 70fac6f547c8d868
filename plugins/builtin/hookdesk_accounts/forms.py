"""The forms around an account."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from hookdesk.api import Form, clean_line, people


def _check_address(_form: Form, field: Any) -> None:
    """Hold that mail can reach an address.

    Raises:
        ValueError: it cannot.
    """
    if not people.normal_address(field.data or ""):
        raise ValueError(_("Write the whole address, as in name@example.org."))


def _name() -> StringField:
    """How somebody is called."""
    return StringField(
        _l("Your name"),
        [DataRequired(_l("Write your name.")), Length(max=200, message=_l("Use at most 200 characters."))],
        filters=[clean_line],
    )


class AddressForm(Form):
    """Who wants a link."""

    email = StringField(_l("Your e-mail address"), [DataRequired(_l("Write your e-mail address.")), _check_address])


class SignUpForm(AddressForm):
    """Who wants an account."""

    name = _name()


class PasswordForm(Form):
    """A password, twice, for a typing error would lock its owner out."""

    password = PasswordField(_l("Password"), [InputRequired(_l("Write a password."))])
    again = PasswordField(
        _l("The same again"),
        [InputRequired(_l("Write it again.")), EqualTo("password", _l("The two are not the same."))],
    )

    def refuse(self, reason: str) -> None:
        """Show why the password is not accepted."""
        errors: Any = self.password.errors
        self.password.errors = (*errors, reason)


class ProfileForm(Form):
    """What somebody says of themselves."""

    name = _name()
    locale = SelectField(_l("Language"))
    timezone = SelectField(_l("Time zone"))
