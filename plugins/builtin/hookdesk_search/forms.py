"""The form of the advanced search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import Length

from hookdesk.api import ConditionsField, Field, Form, current_actor, fulltext
from hookdesk_desk import fields

ORDERS = {
    "": _l("Newest first"), "best": _l("Best match"), "activity": _l("Last activity"), "oldest": _l("Oldest first"),
    "priority": _l("Most urgent first"), "due": _l("Due first"),
}  # fmt: skip
BY_WORDS = ("", "best")
"""The orders of a search for words."""


def _offered() -> Mapping[str, Field]:
    """The fields for whoever searches."""
    return fields.offered(current_actor())


class AdvancedForm(Form):
    """Words and conditions on any field. It is sent by GET, so that its results have an address."""

    q = StringField(
        _l("Words"),
        [Length(max=fulltext.MOST_CHARACTERS)],
        description=_l("Anywhere on the ticket. Words in quotes stand side by side."),
    )
    conditions = ConditionsField(_l("Conditions"), among=_offered, is_stored=True)
    order = SelectField(_l("Order"), description=_l("With words, the first two orders are the ones that count."))

    def __init__(self, *args: Any, **given: Any) -> None:
        """With the orders in the reader's words."""
        super().__init__(*args, **given)
        self.order.choices = [(name, str(label)) for name, label in ORDERS.items()]
