"""Off-boarding an agent: what they have, who gets it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from hookdesk.api import Agent, Team, admin, confirmed, current_actor, directory
from hookdesk_admin.queries import people
from hookdesk_admin.views.editing import Answer, blame, found
from hookdesk_people import offboarding
from hookdesk_people.blueprint import bp
from hookdesk_people.forms import LeaveForm


@bp.route("/admin/agents/<int:agent_id>/leave", methods=["GET", "POST"])
@admin
@confirmed
def leave(agent_id: int) -> Answer:
    """Say what an agent has; give it away, 500 tickets at a time, sign them out and deactivate them."""
    agent, form, problem = found(people.agent(agent_id)), LeaveForm(), ""
    form.heir.choices = _heirs(agent_id)
    if form.validate_on_submit():
        kind, _colon, row_id = form.heir.data.partition(":")
        heir = offboarding.Heir(**{f"{kind}_id": int(row_id)} if row_id else {})
        try:
            given = offboarding.leave(current_actor(), agent_id, heir)
        except directory.DirectoryProblem as error:
            problem = blame(form, error)
        else:
            return _told(agent, given, form)
    held = offboarding.holdings(agent_id)
    page = render_template("people/leave.html", agent=agent, held=held, form=form, problem=problem, given=None)
    return (page, 422) if form.is_submitted() else page


def _told(agent: Agent, given: offboarding.Given, form: LeaveForm) -> Answer:
    """What happened: done, or how many tickets are left, with the button to go on."""
    if given.released:
        words = ngettext(
            "%(num)s ticket is assigned to nobody now.", "%(num)s tickets are assigned to nobody now.", given.released
        )
        flash(words, "warning")
    if given.left:
        held = offboarding.holdings(agent.id)
        return render_template("people/leave.html", agent=agent, held=held, form=form, problem="", given=given)
    flash(_("%(name)s is signed out and deactivated, and has nothing any more.", name=agent.name), "success")
    return redirect(url_for("admin.agent_edit", agent_id=agent.id))


def _heirs(agent_id: int) -> list[SelectChoice]:
    """Nobody, other agents, teams."""
    others = [pair for pair in people.choices(Agent) if pair[0] != agent_id]
    return [
        SelectChoice("nobody", _("Nobody")),
        *(SelectChoice(f"agent:{row_id}", name, optgroup=_("Agents")) for row_id, name in others),
        *(SelectChoice(f"team:{row_id}", name, optgroup=_("Teams")) for row_id, name in people.choices(Team)),
    ]
