"""The way back to a ticket without an account: ask for a link, follow a link."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from hookdesk.api import admit_guest, current_actor, limiter, public
from hookdesk_portal import services
from hookdesk_portal.forms import CheckForm
from hookdesk_portal.views.blueprint import bp


@bp.route("/check", methods=["GET", "POST"])
@public
@limiter.limit("10 per minute", methods=["POST"])
def check() -> str | tuple[str, int]:
    """Promise a link; the answer is the same whether there is such a ticket or not."""
    form = CheckForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.errors else 200
    services.request_link(form.number.data or "", form.email.data or "")
    return render_template("portal/check_sent.html", address=form.email.data, number=form.number.data)


def _page(form: CheckForm) -> str:
    """The form's page."""
    return render_template("portal/check.html", form=form, can_mail=services.can_mail())


@bp.get("/t/<token>")
@public
@limiter.limit("60 per minute")
def follow(token: str) -> Response | tuple[str, int]:
    """A mailed link: it admits its holder to one ticket and leaves the address at once, so that no Referer header carries it on.

    Who is signed in stays who they are: somebody else's link shows them what they may see themselves, and nothing besides.
    """
    found = services.follow(token)
    if found is None:
        return render_template("portal/link_expired.html"), 410
    ticket, user_id = found
    actor = current_actor()
    if actor.is_signed_in:
        if actor.user_id != user_id and not services.is_visible(actor, ticket):
            return render_template("portal/link_of_another.html"), 403
    else:
        admit_guest(user_id, ticket.id)
    return redirect(url_for("portal.ticket", number=ticket.number))
