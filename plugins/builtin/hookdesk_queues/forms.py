"""The forms of queues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.meta import DefaultMeta
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from hookdesk.api import ConditionsField, Field, Form, clean_line, criteria, current_actor, fulltext, optional_id
from hookdesk_queues import columns, fields, quick, sorting
from hookdesk_queues.tree import Node
from hookdesk_queues.values import INHERITED, MOST_COLUMNS, MOST_NAME, MOST_STYLES, Values

LOOK_WORDS: Mapping[str, Any] = {
    "danger": _l("Red"), "warning": _l("Amber"), "success": _l("Green"), "info": _l("Blue"), "accent": _l("Accent"),
    "muted": _l("Pale"), "strong": _l("Bold"), "struck": _l("Struck through"),
}  # fmt: skip
WIDTH_WORDS: Mapping[str, Any] = {
    "": _l("As usual"), "narrow": _l("Narrow"), "medium": _l("Medium"), "wide": _l("Wide")
}  # fmt: skip
INHERITED_WORDS: Mapping[str, Any] = {
    "conditions": _l("its conditions, joined to those below"), "columns": _l("its columns and looks"),
    "sorts": _l("its orders"), "export": _l("the columns of its exports"),
}  # fmt: skip


def _offered() -> Mapping[str, Field]:
    """The fields for whoever fills in a form."""
    return fields.offered(current_actor())


class QueueForm(Form):
    """What somebody states about a queue; columns and looks are rows of their own, read by `columns_sent` and `looks_sent`."""

    title = StringField(
        _l("Name"),
        [DataRequired(_l("Give the queue a name.")), Length(max=MOST_NAME, message=_l("Use at most 100 characters."))],
        filters=[clean_line],
    )
    parent_id = SelectField(_l("Below"), coerce=optional_id)
    inherits = SelectMultipleField(
        _l("Take from the queue above"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    state = SelectField(_l("Tickets that are"))
    words = StringField(
        _l("Words"), [Length(max=fulltext.MOST_CHARACTERS)], filters=[clean_line],
        description=_l("Anywhere on the ticket. Words in quotes stand side by side."),
    )  # fmt: skip
    conditions = ConditionsField(_l("Conditions"), among=_offered, is_stored=True)
    sort = SelectField(_l("Usual order"))
    sorts = SelectMultipleField(
        _l("Orders in its menu"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
        description=_l("None chosen: the usual ones."),
    )  # fmt: skip
    export = SelectMultipleField(
        _l("Columns of its exports"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
        description=_l("None chosen: those that it shows."),
    )  # fmt: skip
    quick = SelectField(_l("Quick filter"), description=_l("A menu above the list that narrows it by this field."))

    def fill_choices(self, above: list[Node]) -> None:
        """What can be chosen, in the reader's words; `above` are the queues that it can lie below."""
        orders = [*sorting.words().items()]
        for name, label in sorting.sortable():
            orders += [(f"by:{name}", label), (f"by:-{name}", _("%(field)s, from the end", field=label))]
        self.parent_id.choices = [(None, _("None: it stands by itself")), *((node.id, path(node)) for node in above)]
        self.inherits.choices = [(name, str(INHERITED_WORDS[name])) for name in INHERITED]
        self.state.choices = [("open", _("Open")), ("closed", _("Closed")), ("", _("Open or closed"))]
        self.sort.choices = [("", _("As the queue above, else last activity")), *orders]
        self.sorts.choices = orders
        self.export.choices = [(column.name, column.label) for column in columns.known().values()]
        self.quick.choices = [("", _("None")), *quick.offered()]

    def values(self, shown: list[dict[str, Any]], styles: list[dict[str, Any]]) -> Values:
        """What was filled in."""
        return Values(
            title=self.title.data or "", parent_id=self.parent_id.data, state=self.state.data or "",
            words=self.words.data or "",
            inherits=tuple(self.inherits.data or ()) if self.parent_id.data else (),
            conditions=criteria.dump(self.conditions.data or criteria.EMPTY), columns=tuple(shown), styles=tuple(styles),
            sort=self.sort.data or "", sorts=tuple(self.sorts.data or ()), quick=self.quick.data or "",
            export=tuple(self.export.data or ()),
        )  # fmt: skip


class ColumnsForm(Form):
    """An agent's own columns and usual order of a queue."""

    sort = SelectField(_l("Usual order"))


def path(node: Node) -> str:
    """A queue with those above it in one line."""
    return f"{path(node.above)} › {node.label}" if node.above else node.label


def columns_sent(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """The columns of a form that was sent: `column-0-name`, `column-0-label`, `column-0-width` and so on."""
    found = []
    for place in range(MOST_COLUMNS + 1):
        name = form.get(f"column-{place}-name", "")
        if name:
            label = clean_line(form.get(f"column-{place}-label", "")) or ""
            found.append({"name": name[:120], "label": label, "width": form.get(f"column-{place}-width", "")})
    return found


def looks_sent(form: Mapping[str, str]) -> list[tuple[dict[str, Any], ConditionsField]]:
    """The looks of a form that was sent, each with the field that holds its conditions."""
    found = []
    for place in range(MOST_STYLES + 1):
        if f"look-{place}-look" in form:
            one: dict[str, Any] = {
                "target": form.get(f"look-{place}-target", "")[:120],
                "look": form[f"look-{place}-look"],
            }
            field = conditions_of(place, None)
            field.process(Sent(form))
            one["conditions"] = criteria.dump(field.data or criteria.EMPTY)
            found.append((one, field))
    return found


def conditions_of(place: int, data: Mapping[str, Any] | None) -> Any:
    """The editor of a look's conditions."""
    unbound: Any = ConditionsField(_("If"), among=_offered, is_stored=True)
    field = unbound.bind(form=None, name=f"look-{place}-conditions", _meta=DefaultMeta())
    field.process(None)
    if data is not None:
        try:
            field.data = criteria.load(data, field.fields, is_stored=True)
        except criteria.CriteriaProblem:
            field.show(data)
    return field


class Sent:
    """A form's values as WTForms reads them."""

    def __init__(self, form: Mapping[str, str]) -> None:
        """Wrap what was sent."""
        self._form = form

    def __contains__(self, name: str) -> bool:
        """True if it was sent."""
        return name in self._form

    def getlist(self, name: str) -> list[str]:
        """Its one value."""
        return [self._form[name]] if name in self._form else []
