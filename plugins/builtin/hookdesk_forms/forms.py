"""The forms of the admin panel on which forms are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from hookdesk.api import ConditionsField, Form, clean_line, clean_text
from hookdesk_forms import conditions
from hookdesk_forms.kinds import FieldKind, Spec
from hookdesk_forms.kinds.base import menu

ABOUT = (("ticket", _l("Tickets")), ("user", _l("Users")), ("organization", _l("Organizations")), ("task", _l("Tasks")))
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
    about = menu(_l("About"), ABOUT, description=_l("This stays as it is once the form is made."))
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
    requester = menu(_l("Requesters"), REQUESTER, default="open")
    agent = menu(_l("Agents"), AGENT, default="open")
    is_needed_to_close = BooleanField(
        _l("Needed to close"), description=_l("A ticket on which it is empty cannot be closed.")
    )


def field_form(kind: FieldKind, others: Sequence[Spec]) -> type[FieldForm]:
    """The form of a field of this kind: what all have, the kind's own options, and a condition on the other fields of its form."""
    own: dict[str, Any] = {f"{OPTION}{name}": control for name, control in kind.controls().items()}
    own["shown_if"] = None
    if among := conditions.fields(others):
        own["shown_if"] = ConditionsField(
            _l("Asked for only if"), among=lambda: among, description=_l("Without a condition it is always asked for.")
        )
    without = set[str]() if kind.column else {"default", "is_needed_to_close"}
    if kind.column in ("data", "body", "flag"):
        without.add("default")
    if kind.is_internal:
        without.add("requester")
    return type("KindForm", (FieldForm,), own | dict.fromkeys(without))


class ListForm(Form):
    """What an admin states about a list."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Give the list a name.")), Length(max=100, message=_l("Use at most 100 characters."))],
        filters=[clean_line],
    )
    sort = menu(_l("Order"), [("name", _l("By name")), ("position", _l("By place"))])
    properties = TextAreaField(
        _l("What each item says besides"),
        [Length(max=2000)],
        filters=[clean_text],
        description=_l("One a line, as in “price: Price”."),
    )
    notes = TextAreaField(
        _l("Notes"), [Length(max=2000, message=_l("Use at most 2,000 characters."))], filters=[clean_text]
    )


class ItemForm(Form):
    """What an admin states about an item."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Give the item a name.")), Length(max=200, message=_l("Use at most 200 characters."))],
        filters=[clean_line],
    )
    abbreviation = StringField(
        _l("Abbreviation"), [Length(max=40, message=_l("Use at most 40 characters."))], filters=[clean_line]
    )
    position = IntegerField(_l("Place"), [Optional(), NumberRange(0, 100_000, _l("Write a number from 0 to 100,000."))])
    is_active = BooleanField(
        _l("It can be chosen"), default=True, description=_l("If off, it stays where it was chosen.")
    )


class ImportForm(Form):
    """Items, pasted or as a file."""

    text = TextAreaField(
        _l("Items"),
        [Length(max=2_000_000)],
        description=_l("One a line: name, abbreviation. A first line “value, abbreviation, …” names further columns."),
    )
    file = FileField(_l("Or a CSV file"))
