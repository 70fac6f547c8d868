"""The forms of the pages around passwords."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired

from hookdesk.api import Form


class ResetRequestForm(Form):
    """Who wants a link."""

    login = StringField(
        _l("E-mail address or user name"), [DataRequired(_l("Write your login or your e-mail address."))]
    )


class NewPasswordForm(Form):
    """A new password, twice, for a typing error would lock its owner out."""

    password = PasswordField(_l("New password"), [InputRequired(_l("Write a password."))])
    again = PasswordField(
        _l("The same again"),
        [InputRequired(_l("Write it again.")), EqualTo("password", _l("The two are not the same."))],
    )

    def refuse(self, reason: str) -> None:
        """Show why the password is not accepted."""
        errors: Any = self.password.errors
        self.password.errors = (*errors, reason)


class ChangePasswordForm(NewPasswordForm):
    """The present password proves that it is not somebody passing an open desk."""

    present = PasswordField(_l("Present password"), [InputRequired(_l("Write your present password."))])
