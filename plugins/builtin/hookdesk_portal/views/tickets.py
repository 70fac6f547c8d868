"""Own tickets: the list, and the page of one."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import (
    FilteringHooks,
    Outcome,
    TicketView,
    access_number,
    attachments,
    carried,
    current_actor,
    id_argument,
    limiter,
    listing,
    people,
    public,
    requester,
    site,
)
from hookdesk_portal import services, thread, words
from hookdesk_portal.forms import ReplyForm
from hookdesk_portal.views.blueprint import bp, posts_allowed

PAGE = 25
STATES = ("", "open", "closed")


@bp.get("/tickets")
@requester
def tickets() -> str:
    """One's own tickets, those that one follows and those that the organization shares, the latest activity first."""
    actor = current_actor()
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    after, before = (listing.Cursor.load(request.args.get(name, "")) for name in ("after", "before"))
    page = listing.page(actor, state, listing.SORTS["activity"], after=after, before=before, size=PAGE)
    rows = [(row, *words.status(row), url_for("portal.ticket", number=row.number)) for row in page.rows]
    return render_template(
        "portal/tickets.html",
        rows=rows,
        own_id=actor.user_id,
        state=state,
        prev_url=url_for("portal.tickets", state=state or None, before=page.previous.dump()) if page.previous else "",
        next_url=url_for("portal.tickets", state=state or None, after=page.next.dump()) if page.next else "",
    )


@bp.get("/tickets/<number>")
@requester
def ticket(number: str) -> Response | str:
    """One ticket; of a merged one, the ticket where its conversation goes on, for who takes part there."""
    view = access_number(current_actor(), number)
    goes_on = services.goes_on(current_actor(), view)
    return redirect(url_for("portal.ticket", number=goes_on.number)) if goes_on else _page(view, ReplyForm())


@bp.post("/tickets/<number>")
@public
@limiter.limit(posts_allowed)
def answer(number: str) -> Response | tuple[str, int]:
    """Take an answer in. Public, so that whose link has expired meanwhile gets the text back instead of a redirect that drops it."""
    actor = current_actor()
    form = ReplyForm()
    if actor.user_id is None:
        return render_template(
            "portal/expired.html", text=form.message.data, had_files=bool(form.attachments.data)
        ), 401
    view = access_number(actor, number, "ticket.message")
    if not form.validate():
        form.attachments.keep()
        return _page(view, form), 422
    if not people.primary_address(actor.user_id):
        form.message.errors = (_("Your account has no e-mail address, so we could not answer you. Call us."),)
        return _page(view, form), 422
    try:
        settled = services.answer(
            actor, view, form.message.data or "", form.attachments.files(), request.remote_addr or ""
        )
    except (attachments.NoStorage, OSError):
        form.attachments.errors = (
            _("Files cannot be stored at the moment. Send it without them, or try again later."),
        )
        return _page(view, form), 503
    if settled.outcome is Outcome.REPLY:
        flash(_("Your answer is on the ticket."), "success")
    elif settled.outcome is Outcome.REJECTED:
        form.attachments.keep()
        form.message.errors = tuple(settled.problems) or (_("This site does not take this message."),)
        return _page(view, form), 422
    else:
        flash(
            _("Your answer is stored. Somebody looks at it before it appears here; there is no need to send it again."),
            "info",
        )
    anchor = f"entry-{settled.entry_id}" if settled.entry_id else None
    return redirect(url_for("portal.ticket", number=view.number, _anchor=anchor))


def _page(view: TicketView, form: ReplyForm) -> str:
    """The page of a ticket, with what was being written."""
    actor = current_actor()
    before = id_argument("before") if request.method == "GET" else None
    department = people.public_department(view.department_id)
    view = replace(view, assignee=people.public_name(view.assignee, department) if view.assignee else view.assignee)
    topic = site().hooks.first(FilteringHooks.topic_label, ref=view.topic_ref) if view.topic_ref else None
    return render_template(
        "portal/ticket.html",
        ticket=view,
        form=form,
        thread=thread.read(view, actor, before, department),
        before=before,
        people=thread.participants(view),
        status=words.status(view),
        turn=words.turn(view),
        steps=words.steps(view),
        topic=topic,
        opened_on=format_date(view.created_at, "long"),
        kept=[carried(file) for file in form.attachments.kept],
        actor=actor,
        most_bytes=site().config.max_upload_bytes,
    )
