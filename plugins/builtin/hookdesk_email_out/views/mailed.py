"""Where links in mails lead: a file that was too large, and leaving a conversation."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, program, public, stored_file
from hookdesk_email_out import leaving, links
from hookdesk_email_out.views.blueprint import bp


@bp.get("/mail/files/<token>/<name>")
@public
def file(token: str, name: str) -> Response:
    """A file of a mail, for the recipient that the token names. `name` is for people and not looked at."""
    return stored_file(links.file_of(token))


@bp.get("/mail/leave/<token>")
@public
def leave(token: str) -> str:
    """Ask whether to leave: opening a link must not change anything, for programs open links too (RFC 8058 §1)."""
    return render_template("email_out/leave.html", is_done=False)


@bp.post("/mail/leave/<token>", endpoint="leave_post")
@program
def leave_post(token: str) -> str:
    """Leave. Mail programs send this by themselves (RFC 8058 §3.2), without having seen the page: the token is the proof."""
    if not leaving.leave(token):
        raise NotFound("no such ticket")
    return render_template("email_out/leave.html", is_done=True)
