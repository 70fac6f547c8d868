"""The form of a connection: what it asks depends on the provider."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, PasswordField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional, Regexp
from wtforms.widgets import PasswordInput

from hookdesk.api import MASK, Form, clean_line, people
from hookdesk_mail_oauth import presets
from hookdesk_mail_oauth.services import Values

_NEEDED = _l("Fill this in.")
_LONG = _l("That is too long.")


def _address(form: Form, field: StringField) -> None:
    """An e-mail address, whole."""
    if not people.normal_address(field.data or ""):
        raise ValidationError(_("Write the whole address, as in help@example.org."))


def _https(form: Form, field: StringField) -> None:
    """An https URL: secrets go there."""
    try:
        parts = urlsplit(field.data or "")
        is_good = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and not parts.fragment
    except ValueError:
        is_good = False
    if not is_good:
        raise ValidationError(_("Write a whole address that begins with https://."))


class ConnectionForm(Form):
    """What every provider needs."""

    name = StringField(_l("Name"), [DataRequired(_NEEDED), Length(max=100, message=_LONG)], filters=[clean_line])
    user = StringField(
        _l("Mailbox"),
        [DataRequired(_NEEDED), Length(max=320, message=_LONG), _address],
        filters=[clean_line],
        description=_l(
            "The address with which the site signs in to the mail server: that of the mailbox, or of a user who may open it."
        ),
    )
    client_id = StringField(
        _l("Client ID"), [DataRequired(_NEEDED), Length(max=255, message=_LONG)], filters=[clean_line]
    )
    client_secret = PasswordField(
        _l("Client secret"),
        [Length(max=1000, message=_LONG)],
        widget=PasswordInput(hide_value=False),
        description=_l("Kept encrypted, and never shown again. Empty for an app that has none."),
    )
    secret_ends_on = DateField(
        _l("The secret ends on"),
        [Optional()],
        description=_l("Providers do not tell us. With the date you are warned a month before."),
    )

    provider = presets.OTHER

    def addresses(self) -> dict[str, str]:
        """Where people sign in, where tokens come from, and for what."""
        raise NotImplementedError  # no ABC: a form has a metaclass of its own

    def values(self) -> Values:
        """What was filled in."""
        sent = self.client_secret.data
        return Values(
            name=self.name.data,
            provider=self.provider,
            user=people.normal_address(self.user.data),
            client_id=self.client_id.data,
            client_secret=MASK if sent is None else sent.strip(),
            secret_ends_on=self.secret_ends_on.data,
            **self.addresses(),
        )


class PresetForm(ConnectionForm):
    """A provider of which the addresses and scopes are known."""

    def addresses(self) -> dict[str, str]:
        """As the preset says."""
        preset, tenant = presets.PRESETS[self.provider], self.tenant_name()
        return {
            "authorize_url": preset.authorize_url.format(tenant=tenant),
            "token_url": preset.token_url.format(tenant=tenant),
            "scope": preset.scope(self.protocols()),
            "tenant": tenant,
        }

    def tenant_name(self) -> str:
        """The directory, where a provider has such."""
        return ""

    def protocols(self) -> list[str]:
        """Those that are wanted; all where one scope opens them together."""
        return list(presets.PROTOCOLS)


class GoogleForm(PresetForm):
    """Google."""

    provider = "google"


class MicrosoftForm(PresetForm):
    """Microsoft 365: apps belong to a directory, and each protocol has a scope of its own."""

    provider = "microsoft"
    tenant = StringField(
        _l("Directory (tenant) ID"),
        [
            DataRequired(_NEEDED),
            Length(max=100, message=_LONG),
            Regexp(r"[A-Za-z0-9.-]+\Z", message=_l("Copy it from the app's overview.")),
        ],
        filters=[clean_line],
        default="organizations",
        description=_l(
            "Of the app's overview page. “organizations” fits an app that is registered for several directories."
        ),
    )
    imap = BooleanField(_l("IMAP: fetch mail"), default=True)
    pop = BooleanField(_l("POP3: fetch mail"))
    smtp = BooleanField(_l("SMTP: send mail"), default=True)

    def tenant_name(self) -> str:
        """The directory that the app is registered in."""
        return str(self.tenant.data)

    def protocols(self) -> list[str]:
        """Those that are switched on."""
        return [name for name in presets.PROTOCOLS if self[name].data]

    def validate_smtp(self, field: BooleanField) -> None:
        """One of them at least."""
        if not self.protocols():
            raise ValidationError(_("Choose one of the protocols at least."))


class OtherForm(ConnectionForm):
    """A provider of which nothing is known."""

    authorize_url = StringField(
        _l("Sign-in page"),
        [DataRequired(_NEEDED), Length(max=500, message=_LONG), _https],
        filters=[clean_line],
        description=_l("The authorization endpoint."),
    )
    token_url = StringField(
        _l("Token endpoint"), [DataRequired(_NEEDED), Length(max=500, message=_LONG), _https], filters=[clean_line]
    )
    scope = StringField(
        _l("Scopes"),
        [DataRequired(_NEEDED), Length(max=1000, message=_LONG)],
        filters=[clean_line],
        description=_l("With spaces between them; most providers want offline_access among them."),
    )

    def addresses(self) -> dict[str, str]:
        """As filled in."""
        return {"authorize_url": self.authorize_url.data, "token_url": self.token_url.data, "scope": self.scope.data}


FORMS: dict[str, type[ConnectionForm]] = {"microsoft": MicrosoftForm, "google": GoogleForm, presets.OTHER: OtherForm}
