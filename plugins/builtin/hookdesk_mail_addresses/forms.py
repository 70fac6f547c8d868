"""The form of an address."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from hookdesk.api import Form, clean_line, clean_text, optional_id
from hookdesk_mail_addresses.services import Values

_LONG = _l("That is too long.")


class AddressForm(Form):
    """What an admin states about an address."""

    address = StringField(
        _l("Address"),
        [DataRequired(_l("Write the whole address, as in help@example.org.")), Length(max=320, message=_LONG)],
        filters=[clean_line],
    )
    name = StringField(
        _l("Name"),
        [Length(max=100, message=_LONG)],
        filters=[clean_line],
        description=_l("As it stands beside the address in lists."),
    )
    department_id = SelectField(_l("Department"), coerce=optional_id)
    priority_id = SelectField(_l("Priority"), coerce=optional_id)
    topic = SelectField(_l("Help topic"), default="")
    answers = BooleanField(
        _l("Confirm new tickets"),
        default=True,
        description=_l("If off, whoever writes there gets no mail that it has arrived."),
    )
    is_default = BooleanField(
        _l("The default address"),
        description=_l("It counts for mail that names none of ours. There is always exactly one."),
    )
    spoofed = SelectField(_l("If our mail server says that the sender is forged"), default="show")
    collaborators = SelectField(_l("Who else got the mail (To and Cc) follows the ticket"), default="off")
    plus_addressing = BooleanField(
        _l("The mail server delivers plus addresses"),
        description=_l(
            "Mail to help+anything@… arrives at help@… as well: answers and failure reports then find their ticket for certain."
        ),
    )
    notes = TextAreaField(
        _l("Notes"),
        [Length(max=5000, message=_LONG)],
        filters=[clean_text],
        description=_l("For administrators alone."),
    )

    def values(self) -> Values:
        """What was filled in."""
        return Values(
            **{name: field.data for name, field in self._fields.items() if name in Values.__dataclass_fields__}
        )
