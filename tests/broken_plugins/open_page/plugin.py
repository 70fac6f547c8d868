"""Forgets to say who may use its page."""

from flask import Blueprint

from hookdesk.api import Plugin, hookimpl

bp = Blueprint("open_page", __name__, url_prefix="/open-page")


@bp.get("/")
def page():
    """Everybody's?"""
    return "hello"


class Broken(Plugin):
    """A page without access"""

    @hookimpl
    def blueprints(self):
        """One."""
        return [bp]
