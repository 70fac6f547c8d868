"""The forms of a status and of a priority."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from hookdesk.api import Form, clean_line, optional_id, statuses

STATES = (("open", _l("Open: there is something to do")), ("closed", _l("Closed: it is done")))
STATUS_LOOKS = (
    ("open", _l("Open, a ring")), ("pending", _l("Waiting, a half-filled ring")), ("solved", _l("Solved, a tick")),
    ("closed", _l("Closed, grey")),
)  # fmt: skip
PRIORITY_LOOKS = (
    ("emergency", _l("Emergency, red")), ("high", _l("High, orange")), ("normal", _l("Normal")), ("low", _l("Low, faint")),
)  # fmt: skip


def _name() -> StringField:
    """A name, which agents see."""
    told = [DataRequired(_l("Give it a name.")), Length(max=100, message=_l("Use at most 100 characters."))]
    return StringField(_l("Name"), told, filters=[clean_line])


class StatusForm(Form):
    """A status."""

    name = _name()
    state = RadioField(_l("Its tickets are"), default="open")
    look = SelectField(_l("Appearance"), default="open")
    is_active = BooleanField(
        _l("In use"), default=True, description=_l("Off: no ticket gets it any more; those that have it keep it.")
    )
    is_default = BooleanField(
        _l("Default"), description=_l("New tickets get it, unless a rule or topic says otherwise.")
    )
    may_reopen = BooleanField(
        _l("A requester's message opens the ticket again"),
        default=True,
        description=_l("Off: their message is added, and the status stays."),
    )
    reopens_as_id = SelectField(_l("With the status"), coerce=optional_id)
    requesters_may = BooleanField(
        _l("Requesters may close their tickets with it"),
        description=_l("On the portal they get a button for it; the first such status of the list counts."),
    )

    def fill(self, targets: list[tuple[int, str]], default: str) -> None:
        """Give the menus their choices."""
        self.state.choices, self.look.choices = STATES, STATUS_LOOKS
        self.reopens_as_id.choices = [("", default), *targets]

    def given(self, name: str) -> statuses.StatusData:
        """What was filled in, under that name."""
        return statuses.StatusData(**_plain(self, statuses.StatusData, name))


class PriorityForm(Form):
    """A priority."""

    name = _name()
    look = SelectField(_l("Appearance"), default="normal")
    is_active = BooleanField(
        _l("In use"), default=True, description=_l("Off: no ticket gets it any more; those that have it keep it.")
    )
    is_default = BooleanField(
        _l("Default"), description=_l("New tickets get it, unless a rule or topic says otherwise.")
    )
    is_public = BooleanField(
        _l("Requesters may choose it"), description=_l("Where a form of yours asks them for the priority.")
    )

    def fill(self) -> None:
        """Give the menu its choices."""
        self.look.choices = PRIORITY_LOOKS

    def given(self, name: str) -> statuses.PriorityData:
        """What was filled in, under that name."""
        return statuses.PriorityData(**_plain(self, statuses.PriorityData, name))


def _plain(form: Form, kind: Any, name: str) -> dict[str, Any]:
    """The form's values as the service takes them."""
    return {field: form[field].data for field in kind.__slots__} | {"name": name}
