"""Many tasks at once; one that cannot be changed does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from hookdesk.api import Forbidden, NotFound, agent, current_actor, tickets
from hookdesk_desk.directory import directory
from hookdesk_tasks import changing, closing
from hookdesk_tasks.guard import TaskView, access_task_number
from hookdesk_tasks.recording import TaskProblem
from hookdesk_tasks.views.blueprint import bp
from hookdesk_tasks.views.changing import NOTHING, chosen
from hookdesk_tasks.views.queue import wanted

MOST = 100
TOLD = 5
Work = Callable[[TaskView], None]


@bp.post("/agent/tasks/bulk", endpoint="bulk")
@agent()
def bulk() -> Response:
    """Do `act` to each of `selected` (numbers)."""
    look = wanted()
    numbers = list(dict.fromkeys(request.form.getlist("selected")))[:MOST]
    try:
        work = _work(request.form.get("act", ""))
    except TaskProblem as problem:
        flash(_("Nothing was changed: %(reason)s", reason=str(problem)), "danger")
        return redirect(look.url())
    done, failed = 0, list[str]()
    for number in numbers:
        try:
            work(access_task_number(current_actor(), number))
            done += 1
        except NotFound:
            failed.append(f"{number}: {_('it is gone, or not yours to see any longer')}")
        except (Forbidden, tickets.TicketProblem) as problem:
            failed.append(f"{number}: {problem}")
    _tell(done, failed)
    return redirect(look.url())


def _tell(done: int, failed: list[str]) -> None:
    """Say how it went."""
    if done:
        flash(ngettext("%(num)d task was changed.", "%(num)d tasks were changed.", done), "success")
    if failed:
        told = "; ".join(failed[:TOLD]) + (" …" if len(failed) > TOLD else "")
        stays = ngettext(
            "%(num)d task stays as it was: %(why)s", "%(num)d tasks stay as they were: %(why)s", len(failed), why=told
        )
        flash(stays, "danger")
    if not done and not failed:
        flash(_("Select tasks first."), "warning")


def _work(act: str) -> Work:
    """What is to be done to each.

    Raises:
        TaskProblem: nothing was chosen.
    """
    actor = current_actor()
    if act == "assign":
        agent_id = chosen("assignee", directory().agents)
        if agent_id is None:
            raise TaskProblem(_("Choose an agent."))
        return lambda view: changing.assign(actor, view.id, agent_id, view.team_id)
    if act == "transfer":
        department_id = chosen("department", directory().departments)
        if department_id is None:
            raise TaskProblem(_("Choose a department."))
        return lambda view: changing.transfer(actor, view.id, department_id or NOTHING)
    known: dict[str, Work] = {
        "claim": lambda view: changing.claim(actor, view.id),
        "close": lambda view: closing.set_open(actor, view.id, is_open=False),
        "reopen": lambda view: closing.set_open(actor, view.id, is_open=True),
        "delete": lambda view: closing.remove(actor, view.id),
    }
    if act not in known:
        raise TaskProblem(_("Choose what is to be done."))
    return known[act]
