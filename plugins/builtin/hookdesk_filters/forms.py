"""The forms of the filters' pages."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from hookdesk.api import ConditionsField, Form, clean_line, clean_text, criteria
from hookdesk_filters.rules import MOST_ACTIONS, MOST_NAME, MOST_NOTES, RuleValues, early_fields, known_actions


class RuleForm(Form):
    """What an admin states about a filter; its actions are read by `actions_sent`."""

    name = StringField(
        _l("Name"), [DataRequired(_l("Give the filter a name.")), Length(max=MOST_NAME)], filters=[clean_line]
    )
    channels = SelectMultipleField(
        _l("Channels"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), validate_choice=False,
        description=_l("None chosen: every channel."),
    )  # fmt: skip
    conditions = ConditionsField(_l("Conditions"), among=early_fields)
    stops = BooleanField(_l("Stop here: later filters are not asked"))
    notes = TextAreaField(
        _l("Notes"), [Length(max=MOST_NOTES)], filters=[clean_text], description=_l("For whoever reads it later.")
    )
    version = HiddenField()

    def values(self, actions: list[dict[str, Any]]) -> RuleValues:
        """What was filled in."""
        return RuleValues(
            name=self.name.data or "", conditions=criteria.dump(self.conditions.data or criteria.EMPTY), actions=tuple(actions),
            channels=tuple(self.channels.data or ()), stops=self.stops.data, notes=self.notes.data or "",
        )  # fmt: skip


def actions_sent(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """The actions of a form that was sent, in the order of its rows: `action-0-do`, and `action-0-<field>` for each of its values."""
    known, found = known_actions(), []
    for place in range(MOST_ACTIONS + 1):
        name = form.get(f"action-{place}-do", "")
        if not name:
            continue
        fields = known[name].fields if name in known else ()
        values: MutableMapping[str, Any] = {}
        for field in fields:
            sent = form.get(f"action-{place}-{field.name}", "")
            values[field.name] = bool(sent) if field.kind == "switch" else sent
        found.append({"do": name, "with": dict(values)})
    return found


class DryRunForm(Form):
    """Over which days a filter is tried."""

    days = SelectField(_l("Period"), coerce=int, default=30)


class TryForm(Form):
    """A message that is sent through all filters."""

    source = RadioField(_l("What"), default="typed")
    channel = SelectField(_l("Channel"), default="portal", validate_choice=False)
    address = StringField(_l("Sender's address"), [Length(max=320)], filters=[clean_line])
    sender = StringField(_l("Sender's name"), [Length(max=200)], filters=[clean_line])
    subject = StringField(_l("Subject"), [Length(max=500)], filters=[clean_line])
    text = TextAreaField(_l("Text"), [Length(max=100_000)], filters=[clean_text])
    topic = SelectField(_l("Help topic"), validate_choice=False)
    mail = TextAreaField(
        _l("The raw mail"),
        [Length(max=1_000_000)],
        description=_l("With its headers, as mail programs show its source."),
    )
    number = StringField(_l("Ticket number"), [Length(max=40)], filters=[clean_line])


class ImportForm(Form):
    """Filters from a file."""

    content = TextAreaField(
        _l("Content of the file"), [DataRequired(_l("Paste the content of a file.")), Length(max=2_000_000)]
    )
