"""Pages and forms: merge or link, take apart, split."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, TicketView, access_number, agent, current_actor, entries, tickets
from hookdesk_merge import linking, merging, related, splitting, undoing

bp = Blueprint("merge", __name__, url_prefix="/agent")
MOST, MOST_TYPED = 20, 500
Answer = Response | str | tuple[str, int]


@bp.route("/tickets/<number>/merge", endpoint="merge", methods=["GET", "POST"])
@agent(merging.PERMISSION)
def merge(number: str) -> Answer:
    """Merge other tickets (`with`, `numbers`) into this one (`act` is "here"), this one into another ("there"), or link them ("link")."""
    view = access_number(current_actor(), number, merging.PERMISSION)
    if request.method == "GET":
        return _merge_page(view)
    chosen = related.by_number(current_actor(), view, _numbers())
    act = request.form.get("act", "here")
    try:
        _check_all_found(chosen)
        if act == "link":
            linking.link(current_actor(), view.id, [row.id for row in chosen])
            flash(_("The tickets are linked."), "success")
            return redirect(_page_of(view.number, section="related"))
        if act == "there" and len(chosen) != 1:
            raise tickets.TicketProblem(_("Choose the one ticket that this one goes into."))
        strangers = _strangers(view, chosen)
        if strangers and request.form.get("sure") != "1":
            return _merge_page(view, strangers=strangers), 422
        return _merged(view, chosen, is_here=act != "there")
    except tickets.TicketProblem as problem:
        return _merge_page(view, error=str(problem)), 422


def _merged(view: TicketView, chosen: Sequence[Row[Any]], *, is_here: bool) -> Response:
    """Merge, and lead to where the conversation goes on."""
    parent_id, number = (view.id, view.number) if is_here else (chosen[0].id, chosen[0].number)
    children = [row.id for row in chosen] if is_here else [view.id]
    done = merging.merge(current_actor(), parent_id, children, with_followers=request.form.get("followers") == "1")
    undo = url_for("merge.undo", ids=",".join(map(str, done)))
    flash(_("Merged into ticket %(number)s.", number=number), f"undo:{undo}")
    return redirect(_page_of(number, section="related"))


def _check_all_found(chosen: Sequence[Row[Any]]) -> None:
    """Let nobody think that a number was merged which was mistyped.

    Raises:
        TicketProblem: some were not found.
    """
    found = {row.number for row in chosen}
    missing = [one for one in _numbers() if one not in found and one.upper() not in found]
    if missing:
        raise tickets.TicketProblem(_("No ticket to merge or link: %(numbers)s", numbers=", ".join(missing)))


def _strangers(view: TicketView, chosen: Sequence[Row[Any]]) -> list[str]:
    """The requesters who would see each other's messages; none if it is the same one."""
    names = {view.user_id: view.requester, **{row.user_id: row.requester for row in chosen}}
    return list(names.values()) if len(names) > 1 else []


def _numbers() -> list[str]:
    """The numbers that were chosen or typed, or looked for; what was typed can be words instead."""
    typed = re.split(r"[\s,;#]+", request.values.get("numbers", "")[:MOST_TYPED])
    return [one for one in dict.fromkeys([*request.form.getlist("with"), *typed]) if 0 < len(one) <= 40][:MOST]


def _merge_page(view: TicketView, error: str = "", strangers: Sequence[str] = ()) -> str:
    """The form, with what was chosen."""
    numbers, typed = _numbers(), request.args.get("numbers", "")[:MOST_TYPED].strip()
    return render_template(
        "merge/merge.html",
        ticket=view,
        rows=related.candidates(current_actor(), view, numbers, typed),
        chosen=numbers,
        typed=typed or " ".join(numbers),
        act=request.form.get("act", "here"),
        followers=request.method == "GET" or request.form.get("followers") == "1",
        error=error,
        strangers=strangers,
        back_url=_page_of(view.number),
    )


@bp.post("/merges/<ids>/undo", endpoint="undo")
@agent(merging.PERMISSION)
def undo(ids: str) -> Response:
    """Take merges apart, the last one first."""
    number = ""
    for one in reversed(ids.split(",")[:MOST]):
        if not (one.isascii() and one.isdigit() and len(one) < 19):
            raise NotFound("no such merge")
        try:
            child, number = undoing.undo(current_actor(), int(one))
        except tickets.TicketProblem as problem:
            flash(str(problem), "danger")
            break
        flash(_("Ticket %(number)s stands alone again.", number=child), "success")
    return redirect(
        _page_of(number, section="related") if number else request.referrer or url_for("desk.queue", queue="")
    )


@bp.post("/tickets/<number>/unlink", endpoint="unlink")
@agent(merging.PERMISSION)
def unlink(number: str) -> Response:
    """Take the link with another ticket (`other`, its number) away."""
    view = access_number(current_actor(), number, merging.PERMISSION)
    other = access_number(current_actor(), request.form.get("other", ""))
    linking.unlink(current_actor(), view.id, other.id)
    return redirect(_page_of(view.number, section="related"))


@bp.route("/tickets/<number>/entries/<int:entry_id>/split", endpoint="split", methods=["GET", "POST"])
@agent(merging.PERMISSION)
def split(number: str, entry_id: int) -> Answer:
    """Make a ticket of its own of a message, with what follows if wanted (`following` is "1")."""
    view, entry = access_number(current_actor(), number), entries.access_entry(current_actor(), entry_id)[1]
    if entry.ticket_id != view.id:
        raise NotFound("no such entry")
    error, subject = "", request.form.get("subject", view.subject)
    if request.method == "POST":
        try:
            made = splitting.split(
                current_actor(), entry.id, subject, with_following=request.form.get("following") == "1"
            )
            flash(_("Ticket %(number)s was made of it.", number=made), "success")
            return redirect(_page_of(made))
        except tickets.TicketProblem as problem:
            error = str(problem)
    page = render_template(
        "merge/split.html", ticket=view, entry=entry, subject=subject, error=error, back_url=_page_of(view.number)
    )
    return (page, 422) if error else page


def _page_of(number: str, **args: Any) -> str:
    """A ticket's page."""
    return url_for("desk.ticket", number=number, **args)
