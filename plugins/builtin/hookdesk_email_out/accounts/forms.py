"""The form of an account."""

from __future__ import annotations

from dataclasses import fields

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, IntegerField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from hookdesk.api import MASK, Form, clean_line, people, tokens
from hookdesk_email_out.accounts.store import Values

SECURITY = (("starttls", "STARTTLS"), ("tls", "TLS"), ("none", _l("None")))


def is_address(_form: Form, field: Field) -> None:
    """Refuse what no mail could be sent under."""
    if field.data and not people.normal_address(field.data):
        raise ValidationError(gettext("Write the whole address, as in help@example.org."))


class AccountForm(Form):
    """What an administrator states about an account."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Give the account a name.")), Length(max=100)],
        filters=[clean_line],
        description=_l("For administrators alone."),
    )
    address = StringField(
        _l("Sender's address"),
        [DataRequired(_l("Write the whole address, as in help@example.org.")), Length(max=320), is_address],
        filters=[clean_line],
        description=_l("Answers come back to it."),
    )
    sender_name = StringField(
        _l("Sender's name"), [Length(max=200)], filters=[clean_line], description=_l("Empty for the name of the site.")
    )
    host = StringField(
        _l("SMTP server"),
        [Length(max=255)],
        filters=[clean_line],
        description=_l(
            "Name or address; it may stand on your own network. While it is empty, the default account sends."
        ),
    )
    port = IntegerField(
        _l("Port"), [NumberRange(1, 65535)], default=587, description=_l("587 with STARTTLS, 465 with TLS, 25 without.")
    )
    security = SelectField(_l("Encryption"), default="starttls", description=_l("Certificates are checked."))
    username = StringField(
        _l("User name"), [Length(max=320)], filters=[clean_line], description=_l("Empty if the server asks for none.")
    )
    password = PasswordField(
        _l("Password"),
        [Length(max=2000)],
        description=_l("Stored encrypted. $env:NAME and $file:/path are read where the site runs."),
    )
    token_ref = SelectField(_l("Signs in with"), default="")
    timeout = IntegerField(
        _l("Time limit"), [NumberRange(1, 300)], default=30, description=_l("Seconds to wait for the server.")
    )
    per_minute = IntegerField(
        _l("Mails a minute"),
        [Optional(), NumberRange(0, 100_000)],
        default=0,
        description=_l("At most; 0 for no limit."),
    )
    connections = IntegerField(
        _l("Connections"), [NumberRange(1, 8)], default=1, description=_l("So many are open at once, at most.")
    )
    return_address = StringField(
        _l("Return address"),
        [Length(max=320), is_address],
        filters=[clean_line],
        description=_l(
            "Where reports of failed deliveries go. Empty for the sender's address; it must be fetched or piped in to be read."
        ),
    )
    is_plus = BooleanField(
        _l("Tell reports apart by the address"),
        description=_l(
            "Mails come back to name+number@…, so that each report finds its mail. The server must deliver such addresses to name@…"
        ),
    )
    is_null = BooleanField(
        _l("Automatic answers without a return address"),
        description=_l("As RFC 3834 allows. Some providers refuse that, and nobody learns of those that fail."),
    )
    falls_back = BooleanField(
        _l("Let the default account stand in"),
        default=True,
        description=_l(
            "While this server is away. If that one takes no other senders, its own address is the sender; answers come to this one."
        ),
    )
    is_relay = BooleanField(
        _l("This server takes mail of other senders"),
        description=_l("Then their address stays the sender when it stands in for another account."),
    )
    is_offered = BooleanField(_l("Agents may choose it in the composer"), default=True)
    is_default = BooleanField(_l("Default account"), description=_l("For whatever has no account of its own."))
    is_alert = BooleanField(_l("Alerts to agents leave by it"), description=_l("Else by the default account."))
    is_active = BooleanField(
        _l("Use it"), default=True, description=_l("If off, the default account sends in its place.")
    )

    def offer(self) -> None:
        """Fill in what there is to choose from."""
        self.security.choices = list(SECURITY)
        known = [("", _l("User name and password")), *tokens.choices()]
        gone = (
            [(self.token_ref.data, _l("Unavailable"))]
            if self.token_ref.data and self.token_ref.data not in dict(known)
            else []
        )
        self.token_ref.choices = [*known, *gone]

    def values(self) -> Values:
        """What was filled in; an empty password leaves the one that there is, unless the user name goes too."""
        given = {field.name: self[field.name].data for field in fields(Values)}
        given["per_minute"] = given["per_minute"] or 0
        given["password"] = given["password"] or (MASK if given["username"] else "")
        for name in ("address", "return_address"):
            given[name] = people.normal_address(given[name] or "") or ""
        return Values(**given)
