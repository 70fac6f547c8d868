"""A list of tasks as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask import Response
from flask_babel import gettext as _

from hookdesk.api import agent, clock, current_actor, no_formula
from hookdesk_tasks import queues
from hookdesk_tasks.views.blueprint import bp
from hookdesk_tasks.views.queue import wanted

MOST = 10_000


@bp.get("/agent/tasks/export.csv", endpoint="export")
@agent()
def export() -> Response:
    """All rows of the list, ten thousand at most."""
    look = wanted()
    rows = queues.first(current_actor(), look, MOST)
    heads = [
        _("Task"),
        _("Title"),
        _("State"),
        _("Ticket"),
        _("Assignee"),
        _("Team"),
        _("Department"),
        _("Due"),
        _("Made"),
        _("Closed"),
    ]
    lines = _written([heads, *map(_cells, rows)])
    headers = {"Content-Disposition": f'attachment; filename="tasks-{look.queue.key}.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)


def _cells(row: Any) -> list[str]:
    """A row of the file."""
    state = _("Open") if row.state == "open" else _("Done")
    moments = [
        None if at is None or at >= clock.NEVER else at.isoformat()
        for at in (row.due_at, row.created_at, row.closed_at)
    ]
    cells = [row.number, row.title, state, row.ticket_number, row.assignee, row.team, row.department, *moments]
    return [no_formula(str(cell or "")) for cell in cells]


def _written(rows: list[list[str]]) -> Iterator[str]:
    """The lines of the file, with the mark that tells spreadsheets its encoding."""
    yield "\ufeff"
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()
