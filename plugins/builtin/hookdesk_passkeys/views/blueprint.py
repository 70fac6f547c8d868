"""The blueprint, and how its views answer the page's script."""

from __future__ import annotations

from flask import Blueprint, Response

bp = Blueprint("passkeys", __name__, url_prefix="/agent")


def json_text(text: str) -> Response:
    """Options for the browser, for nobody's cache."""
    answer = Response(text, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
