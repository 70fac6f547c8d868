"""What was found, as a page or as the part of one that the palette shows."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from hookdesk.api import agent, current_actor
from hookdesk_palette import finding

bp = Blueprint("palette", __name__, url_prefix="/agent/palette")


@bp.get("/")
@agent()
def find() -> str:
    """Where one can go with what was typed (`q`). With `?part=1` without the page around it, with `?part=frame` the empty palette."""
    part = request.args.get("part", "")
    if part == "frame":
        return render_template("palette/frame.html")
    typed = request.args.get("q", "")
    groups = finding.found(current_actor(), typed)
    return render_template("palette/options.html" if part else "palette/page.html", typed=typed[:200], groups=groups)
