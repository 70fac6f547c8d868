"""The forms of the admin panel on which forms are made."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from hookdesk.api import Form, clean_line, clean_text
from hookdesk_forms.kinds import FieldKind

ABOUT = (("ticket", _l("Tickets")), ("user", _l("Users")), ("organization", _l("Organizations")))
REQUESTER = (
    ("hidden", _l("do not see it")),
    ("shown", _l("see it on the ticket")),
    ("open", _l("may fill it in")),
    ("required", _l("must fill it in")),
)
AGENT = (
    ("hidden", _l("do not see it")),
    ("shown", _l("see it")),
    ("open", _l("may fill it in")),
    ("required", _l("must fill it in")),
)
OPTION = "option_"


class FormForm(Form):
    """What an admin states about a form."""

    title = StringField(
        _l("Title"),
        [DataRequired(_l("Give the form a title.")), Length(max=100, message=_l("Use at most 100 characters."))],
        filters=[clean_line],
    )
    about = SelectField(_l("About"), choices=ABOUT, description=_l("This stays as it is once the form is made."))
    intro = TextAreaField(
        _l("Introduction"),
        [Length(max=2000, message=_l("Use at most 2,000 characters."))],
        filters=[clean_text],
        description=_l("Shown above its fields."),
    )
    is_for_all = BooleanField(
        _l("On every ticket"), description=_l("Else it goes with the help topics that you choose on their pages.")
    )
    is_active = BooleanField(
        _l("In use"), default=True, description=_l("If off, it is not asked for; what was filled in stays.")
    )
    notes = TextAreaField(
        _l("Notes"), [Length(max=2000, message=_l("Use at most 2,000 characters."))], filters=[clean_text]
    )


class FieldForm(Form):
    """What an admin states about a field of any kind."""

    label = StringField(
        _l("Label"),
        [DataRequired(_l("Give the field a label.")), Length(max=200, message=_l("Use at most 200 characters."))],
        filters=[clean_line],
    )
    key = StringField(
        _l("Name for rules and programs"),
        [Length(max=32, message=_l("Use at most 32 characters."))],
        filters=[clean_line],
        description=_l(
            "Stays as it is once the field is made, whatever its label becomes. Left empty, it is made of the label."
        ),
    )
    hint = StringField(
        _l("Hint"),
        [Length(max=500, message=_l("Use at most 500 characters."))],
        filters=[clean_line],
        description=_l("Shown below the field."),
    )
    default = StringField(
        _l("Filled in at first"),
        [Length(max=500, message=_l("Use at most 500 characters."))],
        filters=[clean_line],
        description=_l("What stands in the field of a new form."),
    )
    requester = SelectField(_l("Requesters"), choices=REQUESTER, default="open")
    agent = SelectField(_l("Agents"), choices=AGENT, default="open")
    is_needed_to_close = BooleanField(
        _l("Needed to close"), description=_l("A ticket on which it is empty cannot be closed.")
    )


def field_form(kind: FieldKind) -> type[FieldForm]:
    """The form of a field of this kind: what all have, and the kind's own options."""
    own: dict[str, Any] = {f"{OPTION}{name}": control for name, control in kind.controls().items()}
    made = type("KindForm", (FieldForm,), own)
    if not kind.column:
        for name in ("default", "is_needed_to_close"):
            setattr(made, name, None)
    return made
