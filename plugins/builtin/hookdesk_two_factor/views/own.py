"""The page where agents see which second factors they have."""

from __future__ import annotations

from flask import render_template

from hookdesk.api import agent
from hookdesk_two_factor import challenge, policy
from hookdesk_two_factor.kinds import kinds
from hookdesk_two_factor.settings import present
from hookdesk_two_factor.views.blueprint import bp


@bp.get("/agent/second-factors")
@agent()
def index() -> str:
    """What can be set up, and what is."""
    user_id = challenge.own_id()
    rows = [(kind, kind.held([user_id]).get(user_id)) for kind in kinds()]
    shown = [(kind, detail) for kind, detail in rows if kind.is_offered or detail is not None]
    protected = any(kind.stands_alone and detail is not None for kind, detail in shown)
    must = not protected and policy.is_overdue(user_id, present())
    return render_template("two_factor/index.html", rows=shown, protected=protected, must=must)
