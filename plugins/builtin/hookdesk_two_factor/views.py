"""The page where agents see which second factors they have."""

from __future__ import annotations

from flask import Blueprint, render_template

from hookdesk.api import agent
from hookdesk_two_factor import challenge
from hookdesk_two_factor.kinds import kinds

bp = Blueprint("two_factor", __name__)


@bp.get("/agent/second-factors")
@agent()
def index() -> str:
    """What can be set up, and what is."""
    user_id = challenge.own_id()
    rows = [(kind, kind.held([user_id]).get(user_id)) for kind in kinds()]
    shown = [(kind, detail) for kind, detail in rows if kind.is_offered or detail is not None]
    protected = any(kind.stands_alone and detail is not None for kind, detail in shown)
    return render_template("two_factor/index.html", rows=shown, protected=protected)
