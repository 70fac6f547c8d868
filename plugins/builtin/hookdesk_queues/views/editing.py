"""A queue's form, for everybody's and for personal ones. Rows of columns and looks are added, moved and removed by buttons that send the
form and get it back, so it needs no script.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, criteria, current_actor
from hookdesk_queues import columns, services, wording
from hookdesk_queues.checking import is_below
from hookdesk_queues.fields import stored
from hookdesk_queues.forms import LOOK_WORDS, WIDTH_WORDS, QueueForm, columns_sent, conditions_of, looks_sent
from hookdesk_queues.tree import Forest, Node
from hookdesk_queues.values import MOST_COLUMNS, MOST_STYLES, QueueProblem, Values

Page = str | Response | tuple[str, int]
Look = tuple[dict[str, Any], Any]
"""A look and the editor of its conditions."""
USUAL = ("number", "subject", "requester", "assignee", "priority", "due", "activity")
"""The columns that the desk shows by itself."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Whose queue is edited and where: the template, the agent (None for everybody's), and where to go from there."""

    template: str
    agent_id: int | None
    list_url: Callable[[], str]


def form_of(node: Node | None, given: Mapping[str, Any]) -> QueueForm:
    """The form of a stored queue, or of a new one that begins with what is given."""
    if node is None:
        return QueueForm(data=given)
    own = {field.name: getattr(node.own, field.name) for field in fields(Values)}
    try:
        group = criteria.load(node.own.conditions, stored(), is_stored=True)
    except criteria.CriteriaProblem:
        group = None
    form = QueueForm(data={**own, "title": node.label, "conditions": group})
    if group is None and request.method != "POST":
        form.conditions.show(node.own.conditions)
    return form


def edit(place: Place, forest: Forest, node: Node | None, given: Mapping[str, Any]) -> Page:
    """Show the form, change its rows, or store it."""
    form = form_of(node, given)
    above = [*forest.of(None), *(forest.of(place.agent_id) if place.agent_id is not None else ())]
    form.fill_choices([one for one in above if node is None or not is_below(one, node.id)])
    if request.method != "POST":
        looks = (
            [(dict(one), conditions_of(at, one["conditions"])) for at, one in enumerate(node.own.styles)]
            if node
            else []
        )
        return _page(place, form, node, [dict(one) for one in node.own.columns] if node else [], looks)
    shown, looks = columns_sent(request.form), looks_sent(request.form)
    act, _sep, row = request.form.get("act", "save").partition(":")
    if act != "save":
        return _page(place, form, node, *_rows_changed(shown, looks, act, row))
    bad = [error for _look, field in looks for error in field.process_errors]
    if not form.validate_on_submit() or bad:
        return _page(place, form, node, shown, looks, bad[0] if bad else ""), 422
    values = replace(form.values(shown, [one for one, _field in looks]), is_active=node is None or node.own.is_active)
    try:
        services.save(current_actor(), values, node.id if node else None, place.agent_id)
    except QueueProblem as problem:
        if problem.field in ("columns", "styles"):
            return _page(place, form, node, shown, looks, str(problem)), 422
        form[problem.field].errors = [str(problem)]
        return _page(place, form, node, shown, looks), 422
    except LookupError as error:
        raise NotFound(str(error)) from None
    flash(_("The queue %(name)s is saved.", name=values.title), "success")
    return redirect(place.list_url())


def _rows_changed(
    shown: list[dict[str, Any]], looks: list[Look], act: str, row: str
) -> tuple[list[dict[str, Any]], list[Look]]:
    """The rows of columns and looks after one of their buttons."""
    verb, _sep, kind = act.partition("-")
    if act == "usual-columns":
        return [{"name": name, "label": "", "width": ""} for name in USUAL if name in columns.known()], looks
    if act == "add-column" and len(shown) < MOST_COLUMNS:
        return [*shown, {"name": request.form.get("add-column", "subject"), "label": "", "width": ""}], looks
    if act == "add-look" and len(looks) < MOST_STYLES:
        empty = criteria.dump(criteria.EMPTY)
        return shown, [*looks, ({"target": "", "look": "danger"}, conditions_of(len(looks), empty))]
    if kind == "column":
        moved(shown, verb, row)
    else:
        moved(looks, verb, row)
    return shown, looks


def moved(rows: MutableSequence[T], verb: str, row: str) -> None:
    """Move or remove a row."""
    if not row.isdecimal() or int(row) >= len(rows):
        return
    place = int(row)
    taken = rows.pop(place)
    if verb in ("up", "down"):
        rows.insert(max(0, place + (-1 if verb == "up" else 1)), taken)


def _page(
    place: Place,
    form: QueueForm,
    node: Node | None,
    shown: Sequence[Mapping[str, Any]],
    looks: list[Look],
    problem: str = "",
) -> str:
    """The page of a queue, saved or not."""
    return render_template(
        place.template, form=form, node=node, columns=shown, looks=_numbered(looks), known=columns.known(),
        look_words=LOOK_WORDS, width_words=WIDTH_WORDS, problem=problem, list_url=place.list_url(),
        can_search=wording.can_search(),
    )  # fmt: skip


def _numbered(looks: list[Look]) -> list[Look]:
    """Looks whose editors are named by their places, after some have moved."""
    found = []
    for place, (look, field) in enumerate(looks):
        name = f"look-{place}-conditions"
        field.name = field.id = name
        field.label.field_id = name
        found.append((look, field))
    return found
