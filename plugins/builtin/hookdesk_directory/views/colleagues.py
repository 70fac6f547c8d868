"""The agents' own directory."""

from __future__ import annotations

from flask import render_template

from hookdesk.api import agent, current_actor, id_argument
from hookdesk_desk.directory import directory
from hookdesk_directory import colleagues
from hookdesk_directory.views.blueprint import bp
from hookdesk_directory.views.editing import asked


@bp.get("/agents", endpoint="agents")
@agent()
def agent_list() -> str:
    """Colleagues by name; `?q=` looks for some, `?team=` and `?department=` narrow to those that the agent may know of."""
    actor, places, text = current_actor(), directory(), asked()
    team = next((one.id for one in places.teams if one.id == id_argument("team")), None)
    department = next((one.id for one in places.departments if one.id == id_argument("department")), None)
    page = colleagues.colleagues(text, team, department)
    return render_template(
        "directory/agents.html",
        page=page,
        q=text,
        team=team,
        department=department,
        places=places,
        teams=colleagues.teams_of(page.rows),
        shown={row.department_id for row in page.rows if colleagues.sees_department(actor, row.department_id)},
    )
