"""The blueprints: of the desk, and of the admin panel."""

from datetime import datetime

from flask import Blueprint
from flask_babel import format_date, to_user_timezone

bp = Blueprint("tasks", __name__)
panel = Blueprint("tasks__admin", __name__)


@bp.app_template_filter("task_day")
def day(at: datetime) -> str:
    """The day of a moment by the reader's calendar, without the time."""
    return str(format_date(to_user_timezone(at), "medium"))
