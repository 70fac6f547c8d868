"""What makes a queue good: its place, its conditions, its columns and looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import criteria
from hookdesk_queues import fields, quick, sorting, wording
from hookdesk_queues.tree import Forest, Node
from hookdesk_queues.values import (
    LOOKS,
    MOST_COLUMNS,
    MOST_LEVELS,
    MOST_NAME,
    MOST_OWN,
    MOST_QUEUES,
    MOST_STYLES,
    STATES,
    WIDTHS,
    QueueProblem,
    Values,
)


def check(values: Values, forest: Forest, queue_id: int | None, agent_id: int | None) -> None:
    """Hold what the table cannot.

    Raises:
        QueueProblem: where, and why not.
    """
    if not values.title:
        raise QueueProblem("title", _("Give the queue a name."))
    if values.state not in STATES:
        raise QueueProblem("state", _("Choose one of the list."))
    _check_place(values, forest, queue_id, agent_id)
    if values.words and not wording.are_words(values.words):
        raise QueueProblem("words", _("There is no word in this."))
    _check_conditions("conditions", values.conditions)
    check_columns(values.columns)
    _check_styles(values.styles)
    for name in (values.sort, *values.sorts):
        if name and sorting.order(name) is None:
            raise QueueProblem("sort", _("There is no such order any more. Choose another one."))
    if values.quick and not quick.is_known(values.quick):
        raise QueueProblem("quick", _("This field makes no menu. Choose another one."))


def _check_place(values: Values, forest: Forest, queue_id: int | None, agent_id: int | None) -> None:
    """Its place in the tree."""
    above = forest.node(values.parent_id)
    if values.parent_id is not None and (above is None or above.own.agent_id not in (None, agent_id)):
        raise QueueProblem("parent_id", _("That queue is gone. Choose another one."))
    if queue_id is not None and is_below(above, queue_id):
        raise QueueProblem("parent_id", _("A queue cannot lie below itself."))
    levels = (above.level if above else 0) + _height(forest, queue_id)
    if levels > MOST_LEVELS:
        raise QueueProblem("parent_id", _("Queues go %(most)s levels deep at most.", most=MOST_LEVELS))
    beside = [node for node in forest.of(agent_id) if node.id != queue_id]
    if any(
        node.own.parent_id == values.parent_id and node.label.casefold() == values.title.casefold() for node in beside
    ):
        raise QueueProblem("title", _("There is a queue of this name at this place already."))
    most = MOST_QUEUES if agent_id is None else MOST_OWN
    if queue_id is None and len(beside) >= most:
        raise QueueProblem("title", _("There are %(most)s queues already; that is the limit.", most=most))


def is_below(node: Node | None, queue_id: int) -> bool:
    """True if a queue is that one itself or lies somewhere below it."""
    return node is not None and (node.id == queue_id or is_below(node.above, queue_id))


def _height(forest: Forest, queue_id: int | None) -> int:
    """How many levels a queue and all below it take."""
    own = forest.node(queue_id)
    return 1 if own is None else max(node.level for node in forest.nodes if is_below(node, own.id)) - own.level + 1


def _check_conditions(name: str, data: Mapping[str, Any]) -> None:
    """Conditions can be read."""
    try:
        criteria.load(data, fields.stored(), is_stored=True)
    except criteria.CriteriaProblem as problem:
        raise QueueProblem(name, str(problem)) from None


def check_columns(columns: Sequence[Mapping[str, Any]]) -> None:
    """Columns are well-formed; whether there is such a column is asked when they are shown."""
    if len(columns) > MOST_COLUMNS:
        raise QueueProblem("columns", _("A list has at most %(most)s columns.", most=MOST_COLUMNS))
    for one in columns:
        if one["width"] not in WIDTHS or len(one["label"]) > MOST_NAME:
            raise QueueProblem("columns", _("This width or heading cannot be used."))
    if columns and not any(one["name"] == "subject" for one in columns):
        raise QueueProblem("columns", _("Keep the column of the subject: it leads to the ticket."))
    if len({one["name"] for one in columns}) < len(columns):
        raise QueueProblem("columns", _("Each column can stand there once."))


def _check_styles(styles: Sequence[Mapping[str, Any]]) -> None:
    """Looks are known, and their conditions can be read."""
    if len(styles) > MOST_STYLES:
        raise QueueProblem("styles", _("A queue has at most %(most)s looks.", most=MOST_STYLES))
    for one in styles:
        if one["look"] not in LOOKS:
            raise QueueProblem("styles", _("Choose one of the list."))
        _check_conditions("styles", one["conditions"])
