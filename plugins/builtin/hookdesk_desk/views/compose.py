"""Replies and internal notes."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import (
    Forbidden,
    NotFound,
    ReplyDraft,
    TicketView,
    access_number,
    agent,
    carried,
    current_actor,
    holding,
    threads,
    tickets,
)
from hookdesk_desk import page, preferences, settings, thread, trail
from hookdesk_desk.directory import directory
from hookdesk_desk.forms import ComposerForm
from hookdesk_desk.page import Written
from hookdesk_desk.views.blueprint import bp

Answer = Response | tuple[str, int]


@bp.post("/tickets/<number>/reply", endpoint="reply")
@agent("ticket.reply")
def reply(number: str) -> Answer:
    """Send a reply, with the status that goes with it. If the thread has moved on, nothing is sent and what is new is shown."""
    return _written(number, "reply")


@bp.post("/tickets/<number>/note", endpoint="note")
@agent("ticket.note")
def note(number: str) -> Answer:
    """Add an internal note."""
    return _written(number, "note")


def _written(number: str, mode: str) -> Answer:
    """Store what was written. Of a ticket that went away meanwhile, the words at least come back."""
    try:
        view = access_number(current_actor(), number, f"ticket.{mode}")
    except (NotFound, Forbidden) as gone:
        words = request.form.get("message", "").strip()
        if not words:
            raise
        is_there = isinstance(gone, Forbidden)
        why = _("You may not write there any more.") if is_there else _("The ticket is not there any more.")
        return render_template("desk/unsent.html", words=words, why=why), 403 if is_there else 404
    return _post(view, mode)


def _post(view: TicketView, mode: str) -> Answer:
    """Store what was written; on any problem the page comes back with the text in it."""
    form = ComposerForm()
    seen = thread.Seen.load(form.seen.data or "") if mode == "reply" else None
    if not form.validate():
        return _again(view, form, mode, " ".join(form.first_problems()), 422)
    status = directory().status(form.status.data or "") if mode == "reply" else None
    if form.status.data and mode == "reply" and status is None:
        return _again(view, form, mode, _("There is no such status. Choose one of the list."), 422)
    way = trail.given(current_actor())
    follow = way.neighbour(current_actor(), view, True) if preferences.after_reply() == "next" else None
    draft = ReplyDraft(
        ticket_id=view.id,
        kind="response" if mode == "reply" else "note",
        text=form.message.data or "",
        html=form.message.html,
        status_id=status.id if status and status.key != view.status else None,
        files=form.attachments.files(),
        stored=form.kept.data,
        recipients=form.recipients(view.user_id),
        signature=form.signature.data if form.signature.data in ("department", "none") else "",
        sender=(form.sender.data or "")[:120],
    )
    wait = settings.current().undo_send
    try:
        entry_id = threads.post(current_actor(), draft, seen.updates if seen else None, wait)
    except threads.ThreadChanged:
        return _again(
            view,
            form,
            mode,
            _("Nothing was sent: the ticket changed while you wrote. Read what is new, then send again."),
            409,
            seen,
        )
    except (tickets.TicketProblem, Forbidden) as problem:
        return _again(view, form, mode, str(problem), 422)
    if mode == "reply":
        undo = url_for("desk.unsend", number=view.number, entry_id=entry_id, **way.ticket_args())
        words = (
            _("Reply kept; nobody is mailed.")
            if draft.recipients == ()
            else _("Reply sent to %(name)s.", name=view.requester)
        )
        flash(words, f"undo:{undo}#{wait}" if wait else "success")
    else:
        flash(_("Note added."), "success")
    return redirect(_after(view, mode, way, follow))


@bp.post("/tickets/<number>/unsend/<int:entry_id>", endpoint="unsend")
@agent("ticket.reply")
def unsend(number: str, entry_id: int) -> Answer:
    """Take a reply back: it stands in the composer again, as if it had not been sent."""
    view = access_number(current_actor(), number, "ticket.reply")
    try:
        back = holding.take_back(current_actor(), view.id, entry_id)
    except holding.TooLate as problem:
        flash(str(problem), "warning")
        return redirect(url_for("desk.ticket", number=view.number, **trail.given(current_actor()).ticket_args()))
    status = next((one.key for one in directory().statuses if one.id == back.status_id), "")
    kept = [carried(file) for file in back.stored]
    written = Written("reply", back.text, status, _("Nothing was sent. Your reply is here again."), kept, back.html)
    return page.render(access_number(current_actor(), view.number), written=written), 200


def _again(
    view: TicketView, form: ComposerForm, mode: str, error: str, code: int, seen: thread.Seen | None = None
) -> tuple[str, int]:
    """The page with the text kept and the reason."""
    if any(request.files.getlist("attachments")):
        error = f"{error} {_('Choose the files again: a browser does not keep them.')}"
    kept = [carried(file) for file in form.kept.data]
    written = Written(mode, form.message.data or "", form.status.data or "", error, kept, form.message.html)
    fresh = access_number(current_actor(), view.number)
    return page.render(fresh, written=written, seen=seen), code


def _after(view: TicketView, mode: str, way: trail.Trail, follow: str | None) -> str:
    """Where the agent goes after sending, as the settings say; a note leads back to the ticket."""
    wanted = preferences.after_reply() if mode == "reply" else "stay"
    if wanted == "next" and follow is not None:
        return trail.ticket_url(follow, way)
    if wanted == "stay":
        return url_for("desk.ticket", number=view.number, **way.ticket_args())
    return way.list_url()
