"""The form of a mailbox."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from hookdesk.api import Form, clean_line, clean_text, people, tokens
from hookdesk_mailboxes import connecting
from hookdesk_mailboxes.services import Values

MEGABYTE = 1_000_000
SECURITY = (("tls", "TLS"), ("starttls", "STARTTLS"), ("none", _l("None")))
AFTER = (
    ("leave", _l("Leave it as it is")),
    ("flag", _l("Mark it as read")),
    ("move", _l("Move it to the archive folder")),
    ("delete", _l("Delete it")),
)


class MailboxForm(Form):
    """What an administrator states about a mailbox."""

    address = StringField(
        _l("Address"),
        [DataRequired(_l("State the address of the mailbox.")), Length(max=320)],
        filters=[clean_line],
        description=_l("Mail that is fetched here counts as mail to this address."),
    )
    protocol = SelectField(_l("Protocol"))
    security = SelectField(
        _l("Encryption"),
        description=_l(
            "Certificates are checked. Without encryption the password goes in the clear: only on the machine itself."
        ),
    )
    host = StringField(
        _l("Server"), [DataRequired(_l("State the name of the server.")), Length(max=255)], filters=[clean_line]
    )
    port = IntegerField(
        _l("Port"),
        [Optional(), NumberRange(1, 65_535, _l("A port is a number from 1 to 65535."))],
        description=_l("Empty for the usual one."),
    )
    username = StringField(
        _l("User name"), [Length(max=320)], filters=[clean_line], description=_l("Empty if it is the address.")
    )
    token_ref = SelectField(_l("Sign in with"), default="")
    password = PasswordField(_l("Password"), [Length(max=500)])
    folders = TextAreaField(
        _l("Folders"), [Length(max=10_000)], default="INBOX", filters=[clean_text], description=_l("One a line.")
    )
    takes_old = BooleanField(
        _l("Take in what is there already"),
        default=True,
        description=_l("If off, only mail that comes from now on is taken. This cannot be changed later."),
    )
    after = SelectField(
        _l("What becomes of mail on the server"),
        description=_l("Done once the mail is stored here, and never before."),
    )
    archive = StringField(
        _l("Archive folder"),
        [Length(max=255)],
        filters=[clean_line],
        description=_l("It is made if it is missing. It must not be one of the folders above."),
    )
    minutes = IntegerField(
        _l("Look every"),
        [NumberRange(1, 1440, _l("From 1 to 1,440 minutes."))],
        default=1,
        description=_l("Minutes. Servers that can do so tell of new mail at once."),
    )
    most_megabytes = IntegerField(
        _l("Mails up to"),
        [NumberRange(1, 100, _l("From 1 to 100 MB."))],
        default=30,
        description=_l("MB. Of a longer one only the beginning is taken, and kept aside for you to see."),
    )
    is_active = BooleanField(_l("Fetch mail from it"), default=True)

    def fill(self) -> None:
        """Offer the protocols and sign-ins that there are."""
        self.protocol.choices = [(one.name, one.label) for one in connecting.protocols().values()]
        self.security.choices, self.after.choices = list(SECURITY), list(AFTER)
        self.token_ref.choices = [("", _("User name and password")), *tokens.choices()]

    def validate_address(self, field: StringField) -> None:
        """It has to be an address."""
        if not people.normal_address(field.data or ""):
            raise ValidationError(_("Write the whole address, as in help@example.org."))

    def validate_folders(self, field: TextAreaField) -> None:
        """There has to be one."""
        if self._has_folders() and not self._folders():
            raise ValidationError(_("Name one folder at least."))

    def validate_after(self, field: SelectField) -> None:
        """Not every protocol can do everything."""
        protocol = connecting.protocols().get(self.protocol.data or "")
        if protocol is not None and field.data not in protocol.acts:
            raise ValidationError(_("%(protocol)s cannot do that.", protocol=protocol.label))

    def validate_archive(self, field: StringField) -> None:
        """Mail that is put into a folder that is read would come in for ever."""
        if self.after.data != "move":
            return
        if not field.data:
            raise ValidationError(_("Name the folder that mail goes to."))
        if field.data.casefold() in {name.casefold() for name in self._folders()}:
            raise ValidationError(_("Mail is read from this folder. Take another one."))

    def _has_folders(self) -> bool:
        protocol = connecting.protocols().get(self.protocol.data or "")
        return protocol is None or protocol.has_folders

    def _folders(self) -> tuple[str, ...]:
        """The names, each once."""
        if not self._has_folders():
            return ("INBOX",)
        return tuple(dict.fromkeys(line.strip() for line in (self.folders.data or "").splitlines() if line.strip()))

    def values(self) -> Values:
        """What was entered."""
        protocol = connecting.protocols()[self.protocol.data]
        return Values(
            address=people.normal_address(self.address.data),
            protocol=self.protocol.data,
            host=self.host.data,
            port=self.port.data or protocol.ports[self.security.data],
            security=self.security.data,
            username=self.username.data or "",
            password="" if self.token_ref.data else self.password.data or "",
            token_ref=self.token_ref.data or "",
            folders=self._folders(),
            after=self.after.data,
            archive=(self.archive.data or "") if self.after.data == "move" else "",
            minutes=self.minutes.data,
            most_bytes=self.most_megabytes.data * MEGABYTE,
            takes_old=bool(self.takes_old.data),
            is_active=bool(self.is_active.data),
        )
